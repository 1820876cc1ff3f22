// Conversations at work, in English: threads with quotes, lists, links, code.
import type { Conversation } from './letter.ts';

const mira = 'Mira Holm <mira@example.org>';
const theo = 'Theo Lang <theo@example.org>';
const june = 'June Okafor <june@example.com>';

export const work: readonly Conversation[] = [
  {
    subject: 'Launch checklist for Thursday',
    ago: '6h',
    unread: true,
    starred: true,
    cc: [theo],
    letters: [
      {
        from: mira,
        text: `Hi Robin,

here is what is left before Thursday:

  1. Translations for the welcome screen (German and Korean are in, Thai is missing)
  2. The new icons in dark mode
  3. One more run of the load test with 2,000 connections

Could you take the icons? Theo has the load test. The board is up to date:
https://board.example.org/launch

Mira`,
      },
      {
        from: 'me',
        after: '50m',
        text: 'Icons are mine. I will have them in the branch by tomorrow noon.\n\nRobin',
      },
      {
        from: theo,
        after: '40m',
        text: `Load test is running now. First numbers look calm: 38 ms at the 95th percentile, no errors.

I will let it run over night and post the chart in the morning.

Theo`,
      },
      {
        from: mira,
        after: '2h',
        text: `Perfect, thank you both. Thai just came in as well, so only the icons are open.

If all is green tomorrow, cake is on me 🎂

Mira`,
      },
    ],
  },
  {
    subject: 'Quick question about the export',
    ago: '47m',
    unread: true,
    letters: [
      {
        from: june,
        text: `Hi Robin,

a customer asks whether the export keeps attachments with non-Latin names. I tried one called 報告書.pdf and it came
through fine, but I want to be sure before I answer.

Do we have that written down somewhere? I looked at https://docs.example.com/export and found nothing.

June`,
      },
    ],
  },
  {
    subject: 'Notes from the design review',
    ago: '27h',
    letters: [
      {
        from: 'Ines Duarte <ines@example.org>',
        text: `Hello everybody,

my notes from today:

- The list feels calm. Keep the row height, drop the second divider.
- Unread should be weight and a dot, not colour alone.
- The empty state needs one sentence and one button. No illustration.
- On a phone the reading pane slides over the list; back brings you to the same row.

Screens with the changes follow on Monday.

Ines`,
      },
      {
        from: 'me',
        after: '3h',
        text: `Thanks, Ines. One wish: could the star be reachable with the keyboard, too? "s" would be natural.

Robin`,
      },
      {
        from: 'Ines Duarte <ines@example.org>',
        after: '2h',
        text: 'Good point, added. "s" for star, "e" for archive, "u" for unread.\n\nInes',
      },
    ],
  },
  {
    subject: 'Re-using the sync code in the mobile app',
    ago: '8d',
    folder: 'Projects/Harbour',
    letters: [
      {
        from: theo,
        text: `Robin,

I had a look at what it would take. Most of it is one loop:

    for (const message of changed) {
      await store.put(message.uid, message.flags);
    }

The rest is error handling. I think two days is realistic, three with tests. Should I start after the launch?

Theo`,
      },
      { from: 'me', after: '4h', text: 'Yes please, after the launch. And with tests :)\n\nRobin' },
      { from: theo, after: '1d', text: 'Deal. I put it on the board for the week after next.\n\nTheo' },
    ],
  },
  {
    subject: 'Harbour: who is on call over the holidays?',
    ago: '15h',
    folder: 'Projects/Harbour',
    unread: true,
    letters: [
      {
        from: june,
        text: `Hi all,

we need one person for the 24th to the 26th and one for New Year. So far:

    24–26 Dec   June
    31 Dec      (open)
    1 Jan       (open)

Whoever takes New Year gets two days off in January. Please answer until Friday.

June`,
      },
    ],
  },
  {
    subject: 'Atlas: map tiles are blurry on large screens',
    ago: '4d',
    folder: 'Projects/Atlas',
    letters: [
      {
        from: 'Pavel Simek <pavel@example.net>',
        text: `Hello,

on a 4K screen the tiles are scaled up. We ask for 256 pixels and show them at 512.
Asking for the @2x tiles fixes it; the price is about 40% more traffic on the first load.

Before/after: https://atlas.example.net/compare?zoom=12

Pavel`,
      },
      {
        from: 'me',
        after: '5h',
        text: 'Looks much better. Let us take @2x above 1.5 device pixels only.\n\nRobin',
      },
    ],
  },
  {
    subject: 'Your talk proposal was accepted 🎉',
    ago: '7d',
    starred: true,
    letters: [
      {
        from: 'Open Mail Days <program@example.org>',
        text: `Dear Robin,

we are happy to tell you that your talk "A mailbox in a browser tab" was accepted for the main track.

  When: Saturday, 14:30, 30 minutes and 10 for questions
  Where: Hall 2, the one with the good light

Please confirm until the end of the month: https://maildays.example.org/speakers/confirm
We pay for the train and two nights.

The program team`,
      },
      {
        from: 'me',
        after: '2h',
        text: 'Thank you, what good news! I confirm, and I come by train.\n\nRobin',
      },
    ],
  },
  {
    subject: 'Invoice 2041 and a small correction',
    ago: '3w',
    letters: [
      {
        from: 'Studio Farbe <office@example.net>',
        text: `Dear Robin,

the first version of invoice 2041 had the wrong date on it, sorry about that. Please use the corrected one from the
customer area: https://studio.example.net/invoices/2041

The amount is the same: 1,280.00 EUR.

Best wishes
Studio Farbe`,
      },
    ],
  },
  {
    subject: 'Password changed for your account',
    ago: '36d',
    letters: [
      {
        from: 'Example Accounts <no-reply@example.com>',
        text: `Hello Robin,

your password was changed a few minutes ago from a browser on Linux.

If this was you, there is nothing to do. If not, please reset it now:
https://accounts.example.com/reset`,
      },
    ],
  },
  {
    subject: 'Onboarding for Noor on Monday',
    ago: '10d',
    letters: [
      {
        from: june,
        text: `Hi Robin,

Noor starts on Monday at nine. Could you show her the repository and how we review? An hour should do.
I take over at eleven with the customer side, and we all have lunch together at half past twelve.

June`,
      },
      {
        from: 'me',
        after: '30m',
        text: 'With pleasure. I will prepare a small first task for her as well.\n\nRobin',
      },
    ],
  },
  {
    subject: 'Minutes: weekly planning',
    ago: '13d',
    folder: 'Archive',
    letters: [
      {
        from: mira,
        text: `Short this week:

* Search is merged. Thanks, Theo!
* Two reports about slow first loads; June asks both for a log.
* We stop supporting the old export on the first of next month. Mail to customers goes out on Wednesday.

Next planning: Tuesday, 10:00.

Mira`,
      },
    ],
  },
];
