// What comes again and again: nightly builds, statements, tickets, a word a week. Each with its own numbers.
import { pdf } from './files.ts';
import { messageId, owner, person, stray, type Placed } from './letter.ts';
import { alternative, attachment, html, message, mixed, plain, type Part } from './mime.ts';

const day = 86_400_000;

interface Entry {
  readonly from: string;
  readonly subject: string;
  readonly body: Part;
  readonly unread?: boolean;
}

/** `count` messages, the newest first: the n-th came `first + n * every` days ago. */
function repeat(
  now: Date,
  folder: string,
  { count, first, every }: { count: number; first: number; every: number },
  entry: (index: number, date: Date) => Entry,
): Placed[] {
  return Array.from({ length: count }, (_, index) => {
    const date = new Date(now.getTime() - (first + index * every) * day - stray(`${folder} ${index}`));
    const { from, subject, body, unread } = entry(index, date);
    const head = {
      from: person(from),
      to: [owner],
      subject,
      date,
      id: messageId(from, subject, String(index)),
    };
    return { folder, message: { raw: message(head, body), flags: unread === true ? [] : ['\\Seen'], date } };
  });
}

/** A number from 0 to `limit - 1` that looks accidental and is always the same. */
const pick = (index: number, salt: number, limit: number): number => mix(index, salt) % limit;

function mix(index: number, salt: number): number {
  let value = Math.imul(index + 11, 0x9e3779b1) ^ Math.imul(salt + 7, 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 15), 0xc2b2ae35);
  return (value ^ (value >>> 13)) >>> 0;
}

const month = (date: Date): string =>
  `${['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'][date.getUTCMonth()]} ${date.getUTCFullYear()}`;

const builds = (now: Date): Placed[] =>
  repeat(now, 'Projects/Harbour', { count: 42, first: 0.3, every: 1 }, (index, date) => {
    const failed = index % 9 === 4;
    const tests = 1480 - index * 3;
    const broken = failed ? 1 + pick(index, 1, 3) : 0;
    const seconds = 170 + pick(index, 2, 60);
    return {
      from: 'Harbour Builds <builds@example.org>',
      subject: `Nightly ${date.toISOString().slice(0, 10)}: ${failed ? `${broken} failed` : 'all green'}`,
      unread: index === 0,
      body: plain(`Branch      main
Tests       ${tests - broken} passed, ${broken} failed
Duration    ${Math.floor(seconds / 60)} min ${seconds % 60} s
Size        ${(24.1 - index * 0.02).toFixed(2)} kB

${failed ? 'First failure: sync > keeps the order of two deletes\n\n' : ''}Report: https://builds.example.org/harbour/${date.toISOString().slice(0, 10)}
`),
    };
  });

const questions: readonly (readonly [title: string, text: string])[] = [
  [
    'Route is not saved when the tab is closed',
    'I planned a tour of 40 km, closed the tab, and it was gone.',
  ],
  ['Please add bicycle repair stations', 'There are three in our town alone. I can send the positions.'],
  ['Zoom buttons are too small on a tablet', 'With gloves, in the rain, I have no chance.'],
  [
    'The ferry is missing',
    'It runs from April to October, every hour. Without it the route makes a detour of two hours.',
  ],
  ['Contour lines vanish at zoom 14', 'At 13 they are there, at 15 too.'],
  ['Export as GPX: wrong time zone', 'All points are two hours early. I am in UTC+2, so I can guess why.'],
  ['Dark map, please', 'At night on the dashboard it is like looking into a lamp.'],
  ['Search does not find "Straße" when I type "strasse"', 'Both spellings are common here.'],
];

const reports = (now: Date): Placed[] =>
  repeat(now, 'Projects/Atlas', { count: 24, first: 0.8, every: 2.3 }, (index) => {
    const [title, text] = questions[index % questions.length] ?? ['', ''];
    const closed = index >= questions.length;
    return {
      from: 'Atlas Tracker <tracker@atlas.example.net>',
      subject: `[atlas#${640 - index}] ${title}${closed ? ' (closed)' : ''}`,
      unread: index < 2,
      body: plain(`${closed ? 'Closed: fixed in the last release. The report was:\n\n' : ''}${text}

-- 
Answer to this mail or write at https://atlas.example.net/reports/${640 - index}
`),
    };
  });

const statements = (now: Date): Placed[] =>
  repeat(now, 'Archive', { count: 20, first: 11, every: 30.4 }, (index, date) => {
    const balance = (2140 + pick(index, 3, 900) + pick(index, 4, 100) / 100).toFixed(2);
    return {
      from: 'Example Savings Bank <statements@bank.example.com>',
      subject: `Your statement for ${month(date)}`,
      body: mixed(
        plain(
          `Dear Robin Vale,\n\nyour statement for ${month(date)} is attached.\nWe never ask for your password by mail.\n\nExample Savings Bank\n`,
        ),
        attachment(
          `statement-${date.toISOString().slice(0, 7)}.pdf`,
          'application/pdf',
          pdf(`Statement ${month(date)}`, [
            'Account  0000 1234 5678',
            '',
            `Balance  ${balance} EUR`,
            '',
            'Sample data, no real account.',
          ]),
        ),
      ),
    };
  });

const towns = ['Lindau', 'Aarhus', 'Ghent', 'Porto', 'Graz', 'Uppsala', 'Turin', 'Leeds'];

const tickets = (now: Date): Placed[] =>
  repeat(now, 'Archive', { count: 14, first: 16, every: 23 }, (index) => {
    const to = towns[index % towns.length] ?? '';
    const from = towns[(index + 3) % towns.length] ?? '';
    const price = (19 + pick(index, 5, 60)).toFixed(2);
    const seat = `coach ${1 + pick(index, 6, 9)}, seat ${10 + pick(index, 7, 60)}`;
    return {
      from: 'Example Rail <tickets@rail.example.net>',
      subject: `Your ticket: ${from} – ${to}`,
      body: alternative(
        plain(`${from} - ${to}\n${seat}\n${price} EUR\n\nHave a good journey!\n`),
        html(`<!DOCTYPE html>
<html><body style="margin:0;background:#f2f4f7;font-family:Arial,sans-serif">
<table role="presentation" align="center" width="520" cellpadding="0" cellspacing="0" style="background:#fff;border-radius:12px;margin:24px auto">
<tr><td style="background:#0d4f45;color:#fff;padding:18px 28px;border-radius:12px 12px 0 0;font-size:18px">Example Rail</td></tr>
<tr><td style="padding:28px"><div style="font-size:26px;font-weight:bold">${from} &rarr; ${to}</div><p style="color:#555">Second class, ${seat}</p>
<table width="100%" cellpadding="8" style="border-top:1px dashed #bbb"><tr><td>Ticket</td><td align="right">${price} EUR</td></tr><tr><td>Seat</td><td align="right">included</td></tr></table>
<img src="https://images.example.com/rail/code-${index}.png" width="140" height="140" alt="Code" style="display:block;margin:16px auto 0;background:#f2f4f7"></td></tr></table>
</body></html>
`),
      ),
    };
  });

const words: readonly (readonly [word: string, language: string, meaning: string])[] = [
  ['komorebi 木漏れ日', 'Japanese', 'sunlight that falls through leaves'],
  ['saudade', 'Portuguese', 'a tender longing for what may not come back'],
  ['hygge', 'Danish', 'being warm and at ease, best with others'],
  ['тоска', 'Russian', 'an ache of the soul without a reason'],
  ['Fernweh', 'German', 'being homesick for places you have not seen'],
  ['눈치', 'Korean', 'the quiet art of sensing how others feel'],
  ['mångata', 'Swedish', 'the road of light that the moon lays on water'],
  ['ya’aburnee يقبرني', 'Arabic', 'may I not have to live without you'],
  ['μεράκι', 'Greek', 'doing something with love and a part of yourself'],
  ['缘分', 'Chinese', 'the thread that lets two people meet'],
  ['dépaysement', 'French', 'the feeling of not being in your own country'],
  ['जुगाड़', 'Hindi', 'a clever repair with what is at hand'],
  ['sobremesa', 'Spanish', 'staying at the table, talking, long after the meal'],
  ['firgun פרגון', 'Hebrew', 'joy about the luck of somebody else'],
  ['kalsarikännit', 'Finnish', 'an evening in, comfortable, with no plan to go out'],
  ['bình thản', 'Vietnamese', 'calm, whatever the day brings'],
];

const weekly = (now: Date): Placed[] =>
  repeat(now, 'Newsletters', { count: 32, first: 1.4, every: 7 }, (index) => {
    const [word, language, meaning] = words[index % words.length] ?? ['', '', ''];
    return {
      from: 'A Word a Week <words@example.org>',
      subject: `${word} (${language})`,
      unread: index < 3,
      body: plain(
        `${word}\n${language}: ${meaning}.\n\nNext week: another one. Answer to this mail with a word of your own.\n`,
      ),
    };
  });

const forecasts = [
  'mild, with morning fog',
  'first frost, then sun',
  'rain from the west',
  'clear and cold',
  'wind, keep your hat',
];

const weather = (now: Date): Placed[] =>
  repeat(now, 'INBOX', { count: 26, first: 5.2, every: 7 }, (index) => {
    const sky = forecasts[pick(index, 8, forecasts.length)] ?? '';
    return {
      from: 'Weather Desk <desk@weather.example.org>',
      subject: `Your week: ${sky}`,
      body: plain(`Good morning, Robin,

the week brings ${sky}. Highs around ${6 + pick(index, 9, 9)} °C, nights at ${pick(index, 10, 5)} °C.

Day by day: https://weather.example.org/week
`),
    };
  });

/** All series together. */
export const series = (now: Date): Placed[] =>
  [builds, reports, statements, tickets, weekly, weather].flatMap((one) => one(now));
