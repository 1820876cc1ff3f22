// Letters in the charsets of older programs: names, subjects and texts as bytes, in base64.
import { legacyText, message } from './mime.ts';
import { before, messageId, owner, type Placed } from './letter.ts';

interface LegacyLetter {
  readonly charset: string;
  readonly ago: string;
  readonly address: string;
  /** Base64 of the bytes in that charset, as are the two below. */
  readonly name: string;
  readonly subject: string;
  readonly text: string;
}

const letters: readonly LegacyLetter[] = [
  {
    charset: 'iso-2022-jp',
    ago: '23d',
    address: 'suzuki@example.org',
    name: 'GyRCTmtMWhsoQiAbJEIwbE86GyhC',
    subject: 'GyRCNWwlNyU5JUYlYCQrJGkkTiQqQ04kaSQ7GyhC',
    text:
      'GyRCJW0lUyVzTU0bKEINCg0KGyRCJDMkTiVhITwlayRPISJBUjhLJE44RSQkOl84SyU3JTklRiVgJCskaTwrRjAk' +
      'R0F3JGkkbCRGJCQkXiQ5ISMbKEINChskQktcRnwkTkZ+MlkkT0ZzPT08NzdvISI9UDJZJE87MD09MGw3byRHJDck' +
      'PyEjGyhCDQobJEJDKjI3JDckT01oPTUkTj9lTUtGfCRHJDkhIxsoQg0KDQobJEJBUjhLNzgbKEINCg==',
  },
  {
    charset: 'koi8-r',
    ago: '25d',
    address: 'sergey@example.net',
    name: '88XSx8XKIOLFzM/X',
    subject: '89TB0tnFINDJ09jNwSDJ2iDB0sjJ18E=',
    text:
      '+sTSwdfT1NfVytTFIQ0KDQruwdujzCDXIMHSyMnXxSDQxdLF0MnTy9Ug2sEgxMXX0c7P09TPINfP09jNz8ogx8/E' +
      'LiDrz8TJ0s/Xy8Eg0NLF1s7R0Swgzs8g19OjIN7J1MHF1NPRLg0K8M/T2czBwCDPx8zB18zFzsnFLCDP09TBzNjO' +
      'z8Ug0NLJ18Xa1SDOwSDEydPLxS4NCg0K8yDV18HWxc7Jxc0sDQrzxdLHxcoNCg==',
  },
  {
    charset: 'gb2312',
    ago: '27d',
    address: 'wang@example.com',
    name: 'zfW9qLn6',
    subject: 'vsmztdW+tcTV1cas',
    text:
      'wt6x9qO6DQoNCtXiyse+ybO11b7Su77FvsXB+cTqtcTV1casy7XD96Os0ru5ssvEyq7VxaGjDQq118asu7nU2s7S' +
      '1eLA76OsxOPQ6NKqtcS7sL/J0tTAtMTDoaMNCg0Kvai5+g0K',
  },
  {
    charset: 'iso-8859-1',
    ago: '5w',
    address: 'jorgen@example.org',
    name: 'SvhyZ2VuIEJs5XZhbmQ=',
    subject: 'RuZyZ2VuIHNlamxlciBpZ2Vu',
    text:
      'S+ZyZSBSb2JpbiwNCg0KZnJhIG1hbmRhZyBzZWpsZXIgZuZyZ2VuIGlnZW4gaHZlciBhbmRlbiB0aW1lLCBvZ3Pl' +
      'IHP4bmRhZy4gU29tbWVyaHVzZXQgZXIgcnlkZGV0IG9wLA0Kb2cgbvhnbGVuIGxpZ2dlciB1bmRlciBkZW4gYmzl' +
      'IGtydWtrZS4NCg0KTWFuZ2UgaGlsc25lcg0KSvhyZ2VuDQo=',
  },
  {
    charset: 'big5',
    ago: '6w',
    address: 'meiling@example.net',
    name: 'p/Ws/KzC',
    subject: 'r/m4raR3uGexSKVY',
    text:
      'w7m7q7F6pm6hRw0KDQqxeq1xqrqwqqRzr/mktaTRsUilWKFBpGqs+aStpNG3fKjsoUMNCrNvpECn5axPrEuv+aFB' +
      'vdCp8aZis7GyRKq6pmGk6KFDDQoNCqz8rMINCg==',
  },
  {
    charset: 'euc-kr',
    ago: '44d',
    address: 'eunji@example.com',
    name: 'w9bAusH2',
    subject: 'tbW8rSC53bOzIL7Is7s=',
    text:
      'vsiz58fPvLy/5C4NCg0KuvS3wSCwob3FIMOlILXOILHHwMcgud2zs8DPwMwgwMy5+CDB1iDF5L/kwM/A1LTPtNku' +
      'DQq/rMDlwLogx9Egufggx8+9xyC89iDA1r3AtM+02S4NCg0KsKi758fVtM+02S4NCg==',
  },
  {
    charset: 'windows-1256',
    ago: '50d',
    address: 'karim@example.org',
    name: '39Ht4yDj5NXm0Q==',
    subject: 'zM/m4SDH4d7Yx9HHyiDH4czP7c8=',
    text:
      'x+HT7c8g0ebI5KENCg0K7cjPwyDH4drj4SDIx+HMz+bhIMfhzM/tzyDt5uMgx+HDzc8uIMfh3tjH0SDH4cPm4SDt' +
      '5Njh3iDd7SDH4dPHz9PJIObH4dHI2iDVyMfNxy4NCg0K49ogx+HKze3JoQ0K39Ht4w0K',
  },
  {
    charset: 'windows-1253',
    ago: '8w',
    address: 'dimitris@example.net',
    name: 'xOfs3vTx5/Igwevl7t/v9Q==',
    subject: '1O8g8OHr6fwg8eHk6fz2+e3v',
    text:
      'w+Xp4SDz7/Ug0fzs8OntLA0KDQr07yDw4evp/CDx4eTp/Pb57e8g8OHf5uXpIO7h7dwhILno5evlIOz87e8g5P3v' +
      'IOrh6e3v/fHp5fIg6/X37d/l8i4NCg0KxOfs3vTx5/INCg==',
  },
];

/** What they became in the mailbox: from a name and to the owner, everything in the old charset. */
export function legacyLetters(now: Date): Placed[] {
  return letters.map(({ charset, ago, address, name, subject, text }, index) => {
    const date = before(now, ago, address);
    const word = (base64: string): string => `=?${charset}?B?${base64}?=`;
    // The builder writes UTF-8 names; these fields are written by hand, so that the charset survives.
    const raw = message(
      {
        ...{ from: { name: 'legacy', address }, to: [owner], subject: 'legacy', date },
        id: messageId('legacy', charset, String(index)),
      },
      legacyText(charset, text),
    );
    const written = Buffer.from(raw).toString('latin1');
    const fields = written
      .replace(`From: legacy <${address}>`, `From: ${word(name)} <${address}>`)
      .replace('Subject: legacy', `Subject: ${word(subject)}`);
    return { folder: 'INBOX', message: { raw: Buffer.from(fields, 'latin1'), flags: ['\\Seen'], date } };
  });
}
