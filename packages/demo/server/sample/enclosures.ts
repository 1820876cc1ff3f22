// Letters that carry something: pictures in the text, PDF, table, archive, invitation, a whole other message.
import { calendarEvent, csv, noise, pdf, zip } from './files.ts';
import { before, messageId, owner, person, type Placed } from './letter.ts';
import * as mime from './mime.ts';
import { barChart, landscape, mark } from './png.ts';

interface Enclosure {
  readonly from: string;
  readonly subject: string;
  readonly ago: string;
  readonly folder?: string;
  readonly flags?: readonly string[];
  readonly body: (date: Date) => mime.Part;
}

const letterHtml = (content: string): mime.Part =>
  mime.html(
    `<!DOCTYPE html>\n<html><body style="font-family:Georgia,serif;font-size:16px;line-height:1.6;color:#222">\n${content}\n</body></html>\n`,
  );

const enclosures: readonly Enclosure[] = [
  {
    from: 'Selma Aydin <selma@example.org>',
    subject: 'Three evenings at the lake',
    ago: '95m',
    flags: ['\\Flagged'],
    body: () =>
      mime.alternative(
        mime.plain(
          'Robin,\n\nthree evenings, the same bench, no filter. Which one shall we print for the hallway?\n\nSelma\n',
        ),
        mime.related(
          letterHtml(`<p>Robin,</p><p>three evenings, the same bench, no filter. Which one shall we print for the hallway?</p>
<p><img src="cid:lake-1@example.org" width="560" height="300" alt="The lake on Monday" style="max-width:100%;border-radius:8px"></p>
<p><img src="cid:lake-2@example.org" width="560" height="300" alt="The lake on Tuesday" style="max-width:100%;border-radius:8px"></p>
<p><img src="cid:lake-3@example.org" width="560" height="300" alt="The lake on Wednesday" style="max-width:100%;border-radius:8px"></p>
<p>Selma</p>`),
          mime.inlineImage('lake-1@example.org', 'lake-monday.png', landscape(560, 300, 0.1)),
          mime.inlineImage('lake-2@example.org', 'lake-tuesday.png', landscape(560, 300, 0.5)),
          mime.inlineImage('lake-3@example.org', 'lake-wednesday.png', landscape(560, 300, 0.9)),
        ),
      ),
  },
  {
    from: 'Theo Lang <theo@example.org>',
    subject: 'Load test: the numbers from last night',
    ago: '4h',
    flags: [],
    body: () =>
      mime.mixed(
        mime.related(
          letterHtml(`<p>Hi Robin,</p><p>all green. Two thousand connections, eight hours, no errors; the small bump at three is the backup.</p>
<p><img src="cid:chart@example.org" width="520" height="180" alt="Response time by hour"></p>
<table cellpadding="6" style="border-collapse:collapse;font-family:sans-serif;font-size:14px">
<tr style="background:#eef1f8"><th align="left">Percentile</th><th align="right">Time</th></tr>
<tr><td>50</td><td align="right">11 ms</td></tr><tr><td>95</td><td align="right">38 ms</td></tr><tr><td>99</td><td align="right">74 ms</td></tr></table>
<p>Raw data attached.</p><p>Theo</p>`),
          mime.inlineImage(
            'chart@example.org',
            'chart.png',
            barChart(520, 180, [0.3, 0.32, 0.35, 0.9, 0.5, 0.34, 0.33, 0.31, 0.36, 0.4, 0.38, 0.35]),
          ),
        ),
        mime.attachment(
          'load-test.csv',
          'text/csv',
          csv([
            ['hour', 'connections', 'p50_ms', 'p95_ms', 'errors'],
            ...Array.from({ length: 12 }, (_, hour) => [
              hour,
              2000,
              10 + (hour % 3),
              36 + ((hour * 7) % 9),
              0,
            ]),
          ]),
        ),
      ),
  },
  {
    from: 'Mira Holm <mira@example.org>',
    subject: 'Brochure, final version (really)',
    ago: '25h',
    flags: ['\\Seen'],
    body: () =>
      mime.mixed(
        mime.plain(
          'Hi Robin,\n\nthe brochure as PDF, and the pictures and fonts for the printer as one archive.\n\nIf nobody shouts until Friday, it goes to print.\n\nMira\n',
        ),
        mime.attachment(
          'brochure-final.pdf',
          'application/pdf',
          pdf('A mailbox in a browser tab', [
            'Eight pages, recycled paper, 1,500 copies.',
            '',
            'Page 1   Cover',
            'Page 2   What it is',
            'Page 3   How it feels',
            'Page 4   What it costs',
          ]),
        ),
        mime.attachment(
          'pictures-and-fonts.zip',
          'application/zip',
          zip({
            'pictures/lake.png': landscape(320, 200, 0.4),
            'pictures/logo.png': mark(128, [47, 93, 212]),
            'fonts/headline.bin': noise(90_000, 7),
          }),
        ),
      ),
  },
  {
    from: 'June Okafor <june@example.com>',
    subject: 'Invitation: lunch with Noor',
    ago: '3d',
    flags: ['\\Seen'],
    body: (date) => {
      const event = calendarEvent(
        new Date(Math.ceil((date.getTime() + 5 * 86_400_000) / 3_600_000) * 3_600_000),
        'Lunch with Noor',
        'The place with the blue door',
        'june@example.com',
      );
      return mime.mixed(
        mime.alternative(
          mime.plain(
            'Lunch with Noor, the place with the blue door. Please accept, so that I can book the big table.\n\nJune\n',
          ),
          mime.invitation(event),
        ),
        mime.attachment('invite.ics', 'application/ics', Buffer.from(event, 'utf8')),
      );
    },
  },
  {
    from: 'Pavel Simek <pavel@example.net>',
    subject: 'Fwd: the mail that showed the bug',
    ago: '32h',
    folder: 'Projects/Atlas',
    flags: ['\\Flagged'],
    body: (date) =>
      mime.mixed(
        mime.plain(
          'Robin, the original is attached, as it came. Look at the picture: one tile too many on the left.\n\nPavel\n',
        ),
        mime.forwarded(
          'map is wrong.eml',
          mime.message(
            {
              ...{
                from: person('Greta Moos <greta@example.com>'),
                to: [person('Atlas Support <support@atlas.example.net>')],
              },
              ...{
                subject: 'Die Karte ist verschoben',
                date: new Date(date.getTime() - 7_200_000),
                id: messageId('greta', 'map'),
              },
            },
            mime.mixed(
              mime.plain(
                'Guten Tag,\n\nseit gestern ist die Karte um eine Kachel verschoben, siehe Bild.\n\nGrüße\nGreta Moos\n',
              ),
              mime.attachment('karte.png', 'image/png', landscape(240, 160, 0.7)),
            ),
          ),
        ),
      ),
  },
  {
    from: '佐藤 遥 <haruka@example.org>',
    subject: '展示作品リストと会場図',
    ago: '18h',
    flags: ['\\Seen'],
    body: () =>
      mime.mixed(
        mime.plain(
          'ロビンさん\n\n作品リスト（PDF）と会場の図（画像）をお送りします。\n八番と九番の順番を入れ替えたいのですが、どう思いますか。\n\n遥\n',
        ),
        mime.attachment(
          '作品リスト.pdf',
          'application/pdf',
          pdf('Works, numbers 1 to 12', [
            '1  Morning, north gate',
            '2  Stairs',
            '3  Two umbrellas',
            '4  River, frozen',
            '5  The ticket seller',
          ]),
        ),
        mime.attachment('会場図.png', 'image/png', barChart(360, 240, [0.2, 0.2, 0.8, 0.8, 0.5, 0.5])),
      ),
  },
  {
    from: 'Corner Bakery <bread@example.com>',
    subject: 'Your order is ready: 2 rye, 6 rolls, 1 surprise',
    ago: '8h',
    flags: ['\\Seen'],
    body: () =>
      mime.related(
        letterHtml(`<table role="presentation" width="480" cellpadding="0" cellspacing="0" style="border:1px solid #e8dcc8;border-radius:10px"><tr>
<td width="96" style="padding:20px"><img src="cid:bakery-logo@example.com" width="64" height="64" alt="Corner Bakery"></td>
<td style="padding:20px 20px 20px 0"><b style="font-size:20px">Good morning, Robin!</b><br>Your order is waiting on the left shelf, still warm.</td></tr>
<tr><td colspan="2" style="padding:0 20px 20px"><table width="100%" cellpadding="6" style="border-top:1px solid #e8dcc8">
<tr><td>2 &times; Rye, dark</td><td align="right">9.20</td></tr><tr><td>6 &times; Roll</td><td align="right">5.40</td></tr><tr><td>1 &times; Surprise</td><td align="right">on the house</td></tr>
<tr><td><b>Paid</b></td><td align="right"><b>14.60</b></td></tr></table></td></tr></table>`),
        mime.inlineImage('bakery-logo@example.com', 'logo.png', mark(128, [180, 110, 40])),
      ),
  },
];

/** All of them, with their dates. */
export function letterEnclosures(now: Date): Placed[] {
  return enclosures.map(({ from, subject, ago, folder = 'INBOX', flags = [], body }) => {
    const date = before(now, ago, subject);
    const head = { from: person(from), to: [owner], subject, date, id: messageId(from, subject) };
    return { folder, message: { raw: mime.message(head, body(date)), flags, date } };
  });
}
