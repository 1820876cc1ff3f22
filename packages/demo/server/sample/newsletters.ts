// HTML mail as it really comes: tables for layout, inline style, remote images, a tracking pixel, a plain alternative.
import { before, duration, messageId, owner, person, type Placed } from './letter.ts';
import { alternative, html, message, plain } from './mime.ts';

interface Issue {
  readonly title: string;
  readonly lead: string;
  readonly stories: readonly (readonly [title: string, text: string])[];
}

interface Newsletter {
  readonly from: string;
  readonly slug: string;
  readonly accent: string;
  readonly ground: string;
  readonly tagline: string;
  /** How long ago the latest issue came, and how far issues lie apart. */
  readonly ago: string;
  readonly every: string;
  readonly issues: readonly Issue[];
}

const kitchen: Newsletter = {
  ...{
    from: 'The Slow Kitchen <letters@kitchen.example.com>',
    slug: 'kitchen',
    tagline: 'One good meal a week',
  },
  ...{ accent: '#b4532a', ground: '#fbf4ec', ago: '3h', every: '1w' },
  issues: [
    {
      title: 'Soup that waits for you',
      lead: 'Five soups that are better on the second day, and a bread that forgives everything.',
      stories: [
        [
          'Roasted pumpkin and white beans',
          'Forty minutes in the oven, ten in the pot. Sage butter at the end.',
        ],
        [
          'A loaf without kneading',
          'Flour, water, salt and a night of patience. We bake it in a lidded pot.',
        ],
        ['Readers ask: can I freeze dill?', 'Yes, in oil, in an ice cube tray. It stays green until spring.'],
      ],
    },
    {
      title: 'The last tomatoes',
      lead: 'Green ones, split ones, ugly ones: nothing stays on the vine.',
      stories: [
        ['Green tomato chutney', 'Sour, sweet, a little smoky. Ready to eat after two weeks in the jar.'],
        [
          'Pasta alla night-shift',
          'What you cook at eleven when the day was long. Six ingredients, one pan.',
        ],
      ],
    },
    {
      title: 'Apples, and nothing else',
      lead: 'Thirty kinds on one market, and what each of them wants to become.',
      stories: [
        ['The tart that needs no tin', 'Fold the dough over the fruit, bake it hot, serve it warm.'],
        ['Cider vinegar at home', 'Peels, sugar, water, a cloth. In six weeks you have a litre.'],
      ],
    },
  ],
};

const harbour: Newsletter = {
  ...{
    from: 'Harbour Light Weekly <weekly@news.example.org>',
    slug: 'harbour-light',
    tagline: 'The open web, once a week',
  },
  ...{ accent: '#1f5fbf', ground: '#eef3fa', ago: '20h', every: '1w' },
  issues: [
    {
      title: 'No. 214: Sockets in the tab',
      lead: 'What a page can do when it is trusted with bytes, and where it should stop.',
      stories: [
        [
          'Streams all the way down',
          'Readable, writable, transform: a tour with small programs that you can paste.',
        ],
        [
          'Back pressure, explained with buckets',
          'Why a fast sender and a slow reader need to talk to each other.',
        ],
        ['Release notes you will want to read', 'Three libraries whose change logs are small works of art.'],
      ],
    },
    {
      title: 'No. 213: Forms people finish',
      lead: 'Eleven fields became four. Nobody missed the seven.',
      stories: [
        ['Labels beat placeholders', 'Four studies agree for once. With examples to steal.'],
        [
          'The case for native date pickers',
          'They are not pretty. They work with every keyboard and every screen reader.',
        ],
      ],
    },
    {
      title: 'No. 212: Text is the interface',
      lead: 'Error messages that say what happened, with what, and what to do next.',
      stories: [
        ['A style guide for bad days', 'Short sentences, no blame, one next step.'],
        [
          'Right to left, from the start',
          'What changes in a layout when the language does, and what must not.',
        ],
      ],
    },
  ],
};

const fernweg: Newsletter = {
  ...{ from: 'Fernweg Reisen <post@fernweg.example.net>', slug: 'fernweg', tagline: 'Langsam unterwegs' },
  ...{ accent: '#2c7a5b', ground: '#eef6f1', ago: '2d', every: '2w' },
  issues: [
    {
      title: 'Mit dem Nachtzug ans Meer',
      lead: 'Abends einsteigen, morgens Möwen hören: fünf Strecken, die sich lohnen.',
      stories: [
        ['Frühstück in Triest', 'Neun Stunden, ein Umstieg, und der Kaffee ist jeden davon wert.'],
        ['Was in den Rucksack muss', 'Weniger als gedacht. Unsere Liste passt auf eine Postkarte.'],
      ],
    },
    {
      title: 'Wandern, wenn es still wird',
      lead: 'Im Spätherbst gehören die Wege denen, die warme Socken haben.',
      stories: [
        ['Drei Hütten mit Ofen', 'Offen bis Dezember, Reservierung empfohlen.'],
        ['Nebel lesen', 'Wann er sich hebt und wann man besser noch einen Tee trinkt.'],
      ],
    },
  ],
};

const shop: Newsletter = {
  ...{
    from: 'みなと文具店 <news@stationery.example.com>',
    slug: 'minato',
    tagline: '書くことを、もっと楽しく',
  },
  ...{ accent: '#34507a', ground: '#f3f5f9', ago: '4d', every: '3w' },
  issues: [
    {
      title: '冬の新しいインク、三色',
      lead: '雪の朝、港の夜、焚き火。季節限定の三つの色ができました。',
      stories: [
        ['万年筆のお手入れ教室', '第二土曜日の午後、本店の二階で行います。参加は無料です。'],
        ['来年の手帳が入荷しました', '紙の手触りを、ぜひ店頭でお確かめください。'],
      ],
    },
    {
      title: '手紙の日に、切手はいかが',
      lead: '小さな絵のような切手を集めました。封筒と便箋もご一緒にどうぞ。',
      stories: [['便箋の選び方', '短い手紙には小さな紙を。余白も言葉のうちです。']],
    },
  ],
};

const image = (slug: string, name: string): string => `https://images.example.com/${slug}/${name}`;

function markup(letter: Newsletter, issue: Issue, number: number): string {
  const { slug, accent, ground } = letter;
  const name = person(letter.from).name;
  const cell = 'font-family:Helvetica,Arial,sans-serif;color:#2b2b2b';
  const stories = issue.stories.map(
    ([title, text], index) => `<tr>
<td width="120" valign="top" style="padding:0 16px 24px 32px"><img src="${image(slug, `${number}-${index}.jpg`)}" width="120" height="90" alt="" style="display:block;border-radius:6px;background:${ground}"></td>
<td valign="top" style="padding:0 32px 24px 0;${cell};font-size:15px;line-height:1.5"><b style="font-size:17px;color:${accent}">${title}</b><br>${text}<br><a href="https://www.example.com/${slug}/${number}/${index}" style="color:${accent}">&rarr; ${slug === 'minato' ? '続きを読む' : slug === 'fernweg' ? 'Weiterlesen' : 'Read on'}</a></td>
</tr>`,
  );
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>${issue.title}</title>
<style>@media (max-width:600px){.page{width:100%!important}}</style></head>
<body style="margin:0;background:${ground}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:${ground}"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" class="page" width="600" cellpadding="0" cellspacing="0" style="background:#ffffff;border-radius:10px;overflow:hidden">
<tr><td colspan="2" style="background:${accent};padding:20px 32px;${cell};color:#ffffff"><span style="font-size:20px;font-weight:bold">${name}</span><br><span style="font-size:13px">${letter.tagline}</span></td></tr>
<tr><td colspan="2"><img src="${image(slug, `${number}-hero.jpg`)}" width="600" height="240" alt="" style="display:block;width:100%;background:${ground}"></td></tr>
<tr><td colspan="2" style="padding:28px 32px 20px;${cell}"><h1 style="margin:0 0 10px;font-size:26px;line-height:1.25">${issue.title}</h1><p style="margin:0;font-size:16px;line-height:1.6">${issue.lead}</p></td></tr>
${stories.join('\n')}
<tr><td colspan="2" align="center" style="padding:4px 32px 32px"><a href="https://www.example.com/${slug}/${number}" style="display:inline-block;background:${accent};color:#ffffff;text-decoration:none;padding:12px 28px;border-radius:24px;${cell};color:#ffffff;font-size:15px">${slug === 'minato' ? 'お店のページへ' : slug === 'fernweg' ? 'Im Browser lesen' : 'Read it in the browser'}</a></td></tr>
<tr><td colspan="2" style="padding:18px 32px;border-top:1px solid #e6e6e6;${cell};color:#808080;font-size:12px">${name} &middot; 1 Example Street &middot; <a href="https://www.example.com/${slug}/unsubscribe" style="color:#808080">unsubscribe</a></td></tr>
</table></td></tr></table>
<img src="https://track.example.net/open?m=${slug}-${number}" width="1" height="1" alt="">
</body></html>
`;
}

const text = (letter: Newsletter, issue: Issue): string =>
  [
    issue.title,
    '',
    issue.lead,
    '',
    ...issue.stories.flatMap(([title, words]) => [`* ${title}`, `  ${words}`, '']),
  ].join('\n') + `\n-- \n${person(letter.from).name}\nhttps://www.example.com/${letter.slug}/unsubscribe\n`;

/** All issues: the latest of each in INBOX, the older ones in Newsletters. */
export function newsletters(now: Date): Placed[] {
  return [kitchen, harbour, fernweg, shop].flatMap((letter) =>
    letter.issues.map((issue, index): Placed => {
      const date = new Date(before(now, letter.ago, issue.title).getTime() - index * duration(letter.every));
      const unsubscribe = `<https://www.example.com/${letter.slug}/unsubscribe>`;
      const raw = message(
        {
          ...{ from: person(letter.from), to: [owner], subject: issue.title, date },
          id: messageId(letter.slug, String(index)),
          extra: [
            `List-Id: <${letter.slug}.example.com>`,
            `List-Unsubscribe: ${unsubscribe}`,
            'Precedence: bulk',
          ],
        },
        alternative(plain(text(letter, issue)), html(markup(letter, issue, letter.issues.length - index))),
      );
      const flags = index === 0 && letter !== fernweg ? [] : ['\\Seen'];
      return { folder: index === 0 ? 'INBOX' : 'Newsletters', message: { raw, flags, date } };
    }),
  );
}
