// The sample mailbox: complete, repeatable, and readable by the parser that the page uses.
import PostalMime from 'postal-mime';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SeedMailbox, SeedMessage } from '../mailbox.ts';
import { lateLetter, sampleMailbox } from './index.ts';

const now = new Date('2026-03-03T10:00:00Z');
const day = 86_400_000;

describe('the sample mailbox', () => {
  let mailbox: SeedMailbox;
  let all: SeedMessage[];
  beforeAll(() => {
    mailbox = sampleMailbox({ now });
    all = mailbox.folders.flatMap(({ messages }) => messages);
  });
  const parse = (raw: Uint8Array) => PostalMime.parse(raw);

  test('is the same for the same time', () => {
    const again = sampleMailbox({ now }).folders.flatMap(({ messages }) => messages);
    expect(Buffer.concat(again.map(({ raw }) => raw)).equals(Buffer.concat(all.map(({ raw }) => raw)))).toBe(
      true,
    );
  });

  test('has a few hundred messages in folders with and without a special use', () => {
    expect(all.length).toBeGreaterThan(250);
    expect(mailbox.folders.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['INBOX', 'Projects/Atlas', '日本語', 'Entwürfe & Ideen']),
    );
    expect(mailbox.folders.flatMap(({ specialUse }) => specialUse ?? [])).toEqual([
      '\\Drafts',
      '\\Sent',
      '\\Archive',
      '\\Junk',
      '\\Trash',
    ]);
    for (const { path, messages } of mailbox.folders) expect(messages.length, path).toBeGreaterThan(1);
  });

  test('mixes read, unread and starred, today, yesterday and long ago, none from the future', () => {
    const inbox = mailbox.folders[0]?.messages ?? [];
    const unread = inbox.filter(({ flags }) => !flags.includes('\\Seen'));
    expect(unread.length).toBeGreaterThan(8);
    expect(unread.length).toBeLessThan(inbox.length / 2);
    expect(inbox.filter(({ flags }) => flags.includes('\\Flagged')).length).toBeGreaterThan(3);
    const age = all.map(({ date }) => now.getTime() - date.getTime());
    expect(Math.min(...age)).toBeGreaterThanOrEqual(0);
    expect(age.filter((ms) => ms < day / 2).length).toBeGreaterThan(8);
    expect(Math.max(...age)).toBeGreaterThan(365 * day);
  });

  test('every message is read by the page’s parser, with the text that went in', async () => {
    for (const { raw } of all) {
      const mail = await parse(raw);
      expect((mail.text ?? mail.html ?? '').length, mail.subject).toBeGreaterThan(0);
    }
  });

  test('messages end their lines with CRLF, and no line is longer than a server takes', () => {
    for (const { raw } of all) {
      const text = Buffer.from(raw).toString('latin1');
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      for (const line of text.split('\r\n')) expect(line.length).toBeLessThan(999);
    }
  });

  test('speaks many languages, four of them right to left, some in charsets of old', async () => {
    const texts = await Promise.all(all.map(async ({ raw }) => (await parse(raw)).text ?? ''));
    const scripts = [
      'Hiragana',
      'Han',
      'Hangul',
      'Arabic',
      'Hebrew',
      'Devanagari',
      'Bengali',
      'Tamil',
      'Thai',
      'Cyrillic',
      'Greek',
      'Georgian',
    ];
    for (const script of scripts) {
      const pattern = new RegExp(`\\p{Script=${script}}`, 'u');
      expect(
        texts.some((text) => pattern.test(text)),
        script,
      ).toBe(true);
    }
    const words = [
      'phở',
      'Größwang',
      'voilier',
      'tortilla',
      'sytytä',
      'Kære Robin',
      'Здравствуйте',
      '旧车站',
    ];
    for (const word of [...words, '倉庫係', '高山茶', '반납일', 'القطار الأول', 'παλιό'])
      expect(texts.join('\n')).toContain(word);
  });

  test('threads by References, with the letter before quoted', async () => {
    const mails = await Promise.all(all.map(({ raw }) => parse(raw)));
    const ids = new Set(mails.map(({ messageId }) => messageId));
    const replies = mails.filter(({ inReplyTo }) => inReplyTo !== undefined);
    expect(replies.length).toBeGreaterThan(25);
    for (const { inReplyTo, references, text } of replies) {
      expect(ids.has(inReplyTo)).toBe(true);
      expect(references).toContain(inReplyTo);
      expect(text).toMatch(/^> /m);
    }
  });

  test('carries pictures in the text and files beside it', async () => {
    const mails = await Promise.all(all.map(({ raw }) => parse(raw)));
    const files = mails.flatMap(({ attachments }) => attachments);
    const types = new Set(files.map(({ mimeType }) => mimeType));
    for (const type of [
      'image/png',
      'application/pdf',
      'application/zip',
      'text/csv',
      'application/ics',
      'message/rfc822',
    ]) {
      expect([...types], type).toContain(type);
    }
    expect(files.filter(({ contentId }) => contentId !== undefined).length).toBeGreaterThan(4);
    expect(files.map(({ filename }) => filename)).toContain('作品リスト.pdf');
    expect(mails.filter(({ html }) => html?.includes('https://images.example.com/')).length).toBeGreaterThan(
      9,
    );
  });

  test('new mail is dated when it arrives', async () => {
    const late = lateLetter(now);
    expect(late.date).toBe(now);
    expect((await parse(late.raw)).subject).toContain('📬');
  });
});
