// Private conversations, in English: short, warm, with the odd emoji.
import type { Conversation } from './letter.ts';

export const friends: readonly Conversation[] = [
  {
    subject: 'Dinner on Saturday?',
    ago: '12m',
    unread: true,
    letters: [
      {
        from: 'Nadia Brook <nadia@example.net>',
        text: `Hey Robin,

we are back from the coast and have far too much fish. Saturday, seven o'clock, our place?
Bring nothing but yourself. And maybe that board game with the trains. 🚂

Nadia`,
      },
    ],
  },
  {
    subject: 'Re: The bench in the garden',
    ago: '2h',
    letters: [
      {
        from: 'Arthur Vale <arthur@example.org>',
        text: `Robin,

the bench is finished. I used the oak from the old barn door after all; you can still see the marks of the hinges.
Two coats of oil, one more next week. Your mother has already had her tea on it.

Come and try it out when the sun is back.

Dad`,
      },
    ],
  },
  {
    subject: 'Running group: new meeting point',
    ago: '30h',
    letters: [
      {
        from: 'Kofi Mensah-Bell <kofi@example.com>',
        text: `Morning, runners!

The bridge is closed until spring, so from this week on we meet at the boathouse. Same time: Tuesday, 6:45.

5 km easy, then 4 × 400 m for those who want. Lights, please, it is dark now 🏃‍♀️🔦

Kofi`,
      },
      { from: 'me', after: '2h', text: 'Boathouse, 6:45, lights. Got it!\n\nRobin' },
    ],
  },
  {
    subject: 'Lost: one very fluffy grey cat 🐈',
    ago: '2d',
    letters: [
      {
        from: 'Hedda Lund <hedda@example.net>',
        text: `Dear neighbours,

Biscuit did not come home last night. She is grey, fluffy and answers to the sound of a tin being opened.
Could you please look into your sheds and cellars? My number is on the note at the front door.

Hedda (third floor)`,
      },
      {
        from: 'Hedda Lund <hedda@example.net>',
        after: '7h',
        text: 'FOUND! She was asleep in the drum kit of the second floor. Thank you all ❤️\n\nHedda',
      },
    ],
  },
  {
    subject: 'The book you asked about',
    ago: '5d',
    letters: [
      {
        from: 'Oskar Reed <oskar@example.org>',
        text: `Robin,

it is called "A Short History of Lighthouses", and I have two copies for reasons I can no longer explain.
One is yours. I leave it at the bakery, under your name.

Chapter nine is the one about the fog bell.

Oskar`,
      },
      { from: 'me', after: '3h', text: 'You are a treasure. I owe you a cinnamon roll.\n\nRobin' },
      { from: 'Oskar Reed <oskar@example.org>', after: '1h', text: 'Two.\n\nO.' },
    ],
  },
  {
    subject: 'Choir: order of songs',
    ago: '6d',
    letters: [
      {
        from: 'Choir at the Mill <choir@example.com>',
        text: `Dear all,

the order for the 20th:

 1. Evening Rise
 2. The River Song (altos start!)
 3. Three short canons
    -- break, tea --
 4. Northern Lights
 5. Everything again that the audience wants

Black clothes, coloured scarves. Doors open at 18:30.`,
      },
    ],
  },
  {
    subject: 'Your sourdough starter has a name now',
    ago: '18d',
    letters: [
      {
        from: 'Nadia Brook <nadia@example.net>',
        text: `It is alive! Day five, doubled in four hours, smells like apples. The children call it "Bernard".

Question: do I feed Bernard before or after I put him into the fridge?

Nadia`,
      },
      {
        from: 'me',
        after: '40m',
        text: 'Before, then an hour on the counter, then the fridge. Give Bernard my best.\n\nRobin',
      },
    ],
  },
  {
    subject: 'Holiday photos, finally',
    ago: '10w',
    folder: 'Archive',
    letters: [
      {
        from: 'Selma Aydin <selma@example.org>',
        text: `Dear Robin,

it took me only four months. All 312 pictures are here: https://photos.example.org/album/summer
The one of you and the goat is number 140. I laughed so much that I had to sit down.

Selma`,
      },
    ],
  },
  {
    subject: 'Moving day: thank you!',
    ago: '16w',
    folder: 'Archive',
    letters: [
      {
        from: 'Hedda Lund <hedda@example.net>',
        text: `To everybody who carried a piano up three floors:

thank you. It plays, it stays, and nobody ever has to touch it again. Soup and bread on Sunday from one o'clock.

Hedda`,
      },
    ],
  },
  {
    subject: 'Recipe: lentil soup for cold days',
    ago: '22w',
    folder: 'Archive',
    letters: [
      {
        from: 'Arthur Vale <arthur@example.org>',
        text: `As promised, from the back of the calendar:

250 g brown lentils
2 onions, 3 carrots, 1 piece of celery
1 spoon of tomato paste
Thyme, bay leaf, pepper
A good splash of vinegar at the end

Forty minutes, lid half on. Better on the second day.

Dad`,
      },
    ],
  },
];
