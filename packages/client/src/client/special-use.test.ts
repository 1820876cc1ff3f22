import { describe, expect, it } from 'vitest';
import { specialUse } from './special-use.ts';

describe('specialUse', () => {
  const of = (name: string, ...attributes: string[]) => specialUse({ name, delimiter: '/', attributes });
  it.each([
    ['INBOX', [], 'inbox'],
    ['inbox', ['\\Sent'], 'inbox'],
    ['Posteingang', ['\\HasNoChildren', '\\Inbox'], 'inbox'],
    ['x', ['\\sent'], 'sent'],
    ['x', ['\\HasChildren', '\\Junk'], 'junk'],
    ['[Gmail]/Alle', ['\\AllMail'], 'all'],
    ['[Gmail]/Markiert', ['\\Starred'], 'flagged'],
    ['[Gmail]/Spam', ['\\Spam'], 'junk'],
    ['[Gmail]/Wichtig', ['\\Important'], 'important'],
    ['Sent', [], null],
    ['x', ['\\constructor', '\\Noselect'], null],
  ])('%s %j: %s', (name, attributes, use) => {
    expect(of(name, ...attributes)).toBe(use);
  });

  it.each<[name: string, delimiter: string | null, use: string | null]>([
    ['Sent', '/', 'sent'],
    ['Gesendete Elemente', '/', 'sent'],
    ['INBOX.Entwu\u0308rfe', '.', 'drafts'],
    ['Inbox/TRASH', '/', 'trash'],
    ['Trash', null, 'trash'],
    ['Projects/Sent', '/', null],
    ['INBOX/a/Sent', '/', null],
    ['sent,sent items', '/', null],
    ['', '/', null],
  ])('by the name %s: %3$s', (name, delimiter, use) => {
    expect(specialUse({ name, delimiter, attributes: [] }, { byName: true })).toBe(use);
  });
});
