import { describe, expect, test } from 'vitest';
import { MAX_LENGTH, refusal, type Refusal } from './bounds.ts';
import { tags } from './tags.ts';
import { textOfHtml } from './text-of-html.ts';

describe('what is refused', () => {
  const rows = Array.from({ length: 500 }, (_, at) => `<tr><td>${at}<td>x`).join('');
  test.each<[string, string, Refusal | null]>([
    ['a word', 'Hello', null],
    ['too long', ' '.repeat(MAX_LENGTH + 1), 'size'],
    ['too many', '<b>x</b>'.repeat(20_001), 'elements'],
    ['just enough', '<b>x</b>'.repeat(19_999), null],
    ['too deep', '<div>'.repeat(401), 'depth'],
    ['deep, closed each time', '<div></div>'.repeat(5000), null],
    ['hidden by wrong end tags', '<div></b>'.repeat(500), 'depth'],
    ['hidden in what looks like a quoted value', `<p " >${'<div>'.repeat(500)}<p ">`, 'depth'],
    ['hidden behind the end of a comment', `<!-- --!>${'<div>'.repeat(500)}`, 'depth'],
    ['hidden in noscript', `<noscript>${'<div>'.repeat(500)}`, 'depth'],
    ['hidden in the style of an SVG', `<svg><style>${'<div>'.repeat(500)}`, 'depth'],
    ['in a quoted value', `<p title="${'<div>'.repeat(500)}">`, null],
    ['in a comment', `<!--${'<div>'.repeat(500)}-->`, null],
    ['in a style sheet', `<style>${'<div>'.repeat(500)}</style>`, null],
    ['paragraphs without ends', '<p>x'.repeat(5000), null],
    ['items without ends', `<ul>${'<li>x'.repeat(5000)}</ul>`, null],
    ['cells without ends', `<table>${rows}</table>`, null],
    ['line breaks', 'x<br>'.repeat(5000), null],
    ['fonts left open, all alike', '<p><font size=2>x</p>'.repeat(1000), null],
    [
      'fonts left open, each another: opened anew in each paragraph',
      `<p>${Array.from({ length: 300 }, (_, at) => `<b id=${at}>`).join('')}</p>${'<p>x</p>'.repeat(300)}`,
      'elements',
    ],
  ])('%s', (_, html, expected) => {
    expect(refusal(html)).toBe(expected);
  });

  test.each([
    ['tags', '<'.repeat(MAX_LENGTH)],
    ['end tags', '</b>'.repeat(MAX_LENGTH / 4)],
    ['comments', '<!--'.repeat(MAX_LENGTH / 4)],
    ['style', '<style>'.repeat(MAX_LENGTH / 8)],
    ['quotes', '<a b="'.repeat(MAX_LENGTH / 8)],
    ['attributes', `<a ${'b '.repeat(MAX_LENGTH / 4)}`],
  ])('two megabytes of %s are looked at in linear time', (_, html) => {
    const began = performance.now();
    refusal(html);
    textOfHtml(html);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

test('tags are cut as the tokenizer cuts them', () => {
  const names = (html: string) =>
    [...tags(html)].map(({ name, closing }) => (closing ? `/${name}` : name)).join(' ');
  expect(names('<A href="a>b">x</A ><br/><img/src=x onerror=y><?xml ?><!doctype html>< b></ i>')).toBe(
    'a /a br img',
  );
  expect(names('<title><b></title><i>')).toBe('title /title i');
  expect(names('<plaintext><b>')).toBe('plaintext');
  expect(names(`<p a='>' b=">" c=> d>`)).toBe('p');
});

describe('the words of HTML', () => {
  test.each([
    ['<p>Hello <b>world</b></p><p>Again', 'Hello world\n\nAgain'],
    ['<head><title>No</title><style>p{}</style></head>Yes', 'Yes'],
    ['a<br>b<div>c</div>d', 'a\nb\nc\nd'],
    ['<ul><li>one<li>two</ul>', '• one\n• two'],
    ['a\n   b', 'a b'],
    ['<pre>a\n  b</pre>', 'a\nb'],
    ['&lt;b&gt; &amp;amp; &#8364;&#x20AC; &nosuch; &#0;', '<b> &amp; €€ &nosuch; \ufffd'],
    ['<script>no</script>yes<!-- no -->', 'yes'],
    ['<p>unclosed <b', 'unclosed'],
  ])('%j', (html, text) => {
    expect(textOfHtml(html)).toBe(text);
  });
});
