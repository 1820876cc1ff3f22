import type { ListedMailbox } from '@imaplib/client';
import { describe, expect, test } from 'vitest';
import { buildTree, mailboxFor, walkTree } from './tree.ts';

const box = (
  name: string,
  attributes: readonly string[] = [],
  delimiter: string | null = '/',
): ListedMailbox => ({
  name,
  delimiter,
  attributes,
  extended: {},
});

const outline = (listed: readonly ListedMailbox[]): string[] =>
  [...walkTree(buildTree(listed))].map(({ box: it, depth }) => {
    const use = it.use === null ? '' : ` <${it.use}>`;
    return `${'  '.repeat(depth)}${it.label}${use}${it.selectable ? '' : ' (level)'}`;
  });

describe('the tree of mailboxes', () => {
  test('puts special use first, then the alphabet, numbers in their order', () => {
    const listed = [
      box('Zoo'),
      box('Papierkorb', ['\\Trash']),
      box('Box 10'),
      box('Box 9'),
      box('INBOX'),
      box('Gesendet', ['\\Sent']),
      box('entwürfe', ['\\drafts']),
    ];
    expect(outline(listed)).toEqual([
      'Inbox <inbox>',
      'entwürfe <drafts>',
      'Gesendet <sent>',
      'Papierkorb <trash>',
      'Box 9',
      'Box 10',
      'Zoo',
    ]);
  });

  test('makes levels that are not listed', () => {
    expect(outline([box('A.B.C', [], '.'), box('A.D', ['\\Noselect'], '.')])).toEqual([
      'A (level)',
      '  B (level)',
      '    C',
      '  D (level)',
    ]);
  });

  test('a mailbox without hierarchy keeps its name whole', () => {
    expect(outline([box('a/b', [], null)])).toEqual(['a/b']);
  });

  test('knows the usual names where the server announces no use', () => {
    const tree = buildTree([box('INBOX'), box('Deleted Items'), box('Junk E-Mail'), box('Sent Mail')]);
    expect(mailboxFor(tree, 'trash')?.name).toBe('Deleted Items');
    expect(mailboxFor(tree, 'junk')?.name).toBe('Junk E-Mail');
    expect(mailboxFor(tree, 'sent')?.name).toBe('Sent Mail');
    expect(mailboxFor(tree, 'archive')).toBeNull();
  });

  test('an announced use wins over a usual name', () => {
    const tree = buildTree([box('Trash'), box('Müll', ['\\Trash'])]);
    expect(mailboxFor(tree, 'trash')?.name).toBe('Müll');
  });

  test('lifts what stands under INBOX where everything does', () => {
    expect(outline([box('INBOX', [], '.'), box('INBOX.Sent', [], '.'), box('INBOX.A.B', [], '.')])).toEqual([
      'Inbox <inbox>',
      'Sent <sent>',
      'A (level)',
      '  B',
    ]);
  });
});
