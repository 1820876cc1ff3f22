import { describe, expect, test } from 'vitest';
import './plain.css';
import { plainText } from './plain.ts';
import type { FlowedOptions } from './flowed.ts';

function show(text: string, options?: FlowedOptions): HTMLElement {
  const pane = document.createElement('div');
  pane.append(plainText(text, options).fragment);
  document.body.replaceChildren(pane);
  return pane;
}
const links = (pane: Element) => [...pane.querySelectorAll('a')].map((link) => link.getAttribute('href'));

describe('links', () => {
  test.each<[string, string[]]>([
    ['see https://example.com/a_(b).', ['https://example.com/a_(b)']],
    ['<https://example.com/?a=1&b=2>', ['https://example.com/?a=1&b=2']],
    ['write to ann@example.com', ['mailto:ann@example.com']],
    ['example.com is not one', []],
    ['//example.com is none', []],
    ['javascript:alert(1) ftp://example.com data:text/html,x', []],
    ['https://evil.test/"onmouseover="alert(1)', ['https://evil.test/%22onmouseover=%22alert(1)']],
  ])('%s', (text, expected) => {
    const pane = show(text);
    expect(links(pane)).toEqual(expected);
    expect(pane.textContent).toBe(`${text}\n`);
  });

  test('open elsewhere', () => {
    const link = show('https://example.com/').querySelector('a');
    expect([link?.target, link?.rel]).toEqual(['_blank', 'noopener noreferrer nofollow']);
  });

  test('a line of half a megabyte is shown without a search for links', () => {
    const began = performance.now();
    const pane = show('http://a.'.repeat(60_000));
    expect(pane.getBoundingClientRect().height).toBeGreaterThan(0);
    expect(links(pane)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test('so are only the first thousands of links', () => {
    expect(links(show('https://example.com/\n'.repeat(10_000)))).toHaveLength(5000);
  });
});

describe('quotations', () => {
  test('nest by their level', () => {
    const pane = show('Hi\n> one\n>> two\n> one again\nBye');
    expect(pane.querySelector('blockquote blockquote')?.textContent).toBe('two\n');
    expect(pane.querySelector('blockquote')?.textContent).toBe('one\ntwo\none again\n');
    expect([...pane.children].map((child) => child.tagName)).toEqual(['DIV', 'DETAILS', 'DIV']);
  });

  test.each([
    ['a long one at the end folds', `Hi\n${'> a\n'.repeat(10)}`, false],
    ['so it does above a signature', `Hi\n${'> a\n'.repeat(10)}\n-- \nMe`, false],
    ['a short one does not', `Hi\n${'> a\n'.repeat(3)}`, true],
    ['one that is answered does not', `${'> a\n'.repeat(10)}Yes`, true],
    ['unless it is very long', `${'> a\n'.repeat(30)}Yes`, false],
  ])('%s', (_, text, open) => {
    const details = show(text).querySelector('details');
    expect(details?.open).toBe(open);
    expect(details?.querySelector('summary')?.textContent).toMatch(/^Quoted text \(\d+ lines\)$/);
  });

  test('ten thousand levels are shown as a few', () => {
    const pane = show(`${'>'.repeat(10_000)} deep`);
    expect(pane.querySelectorAll('blockquote')).toHaveLength(12);
    expect(pane.textContent).toContain('deep');
  });
});

describe('writing', () => {
  test('each paragraph has its own direction', () => {
    const pane = show('مرحبا بالعالم\n\nHello\n');
    const directions = [...pane.children].map((child) => getComputedStyle(child).direction);
    expect(directions).toEqual(['rtl', 'ltr']);
  });

  test('a bidi override ends with its paragraph', () => {
    const pane = show('a\u202eb\n\nHello\n');
    expect(getComputedStyle(pane.children[0] ?? pane).unicodeBidi).toBe('isolate');
  });

  test('the signature is dimmed', () => {
    const pane = show('Hi\n-- \nMe\n\nMy street');
    expect(pane.querySelectorAll('.plain-signature')).toHaveLength(2);
  });

  test('nothing is parsed as HTML', () => {
    const pane = show('<img src=x onerror=alert(1)> &lt;b&gt;\n> <b>x</b>');
    expect(pane.querySelector('img,b')).toBeNull();
    expect(pane.textContent).toContain('&lt;b&gt;');
  });

  test('flowed text is joined', () => {
    expect(show('one \ntwo', { flowed: true }).textContent).toBe('one two\n');
  });

  test('a text that is too long is cut, and says so', () => {
    expect(plainText('a'.repeat(1_000_001)).truncated).toBe(true);
    expect(plainText('a\n\n'.repeat(30_000)).truncated).toBe(true);
    expect(plainText('a\n').truncated).toBe(false);
  });
});
