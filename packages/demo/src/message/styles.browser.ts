import { beforeEach, describe, expect, test } from 'vitest';
import { styleFilter } from './styles.ts';

let remote: string[] = [];
beforeEach(() => {
  remote = [];
});
const filter = (images: 'blocked' | 'loaded' = 'blocked') => styleFilter(images, (url) => remote.push(url));

describe('declarations', () => {
  test.each([
    ['color: red; padding: 1px 2px', 'color: red; padding: 1px 2px;'],
    ['COLOR: red !important', 'color: red !important;'],
    ['margin: 0 auto; margin-top: -5px', 'margin-right: auto; margin-bottom: 0px; margin-left: auto;'],
    ['margin-left: calc(-1 * 5px)', ''],
    ['position: fixed; inset: 0; z-index: 9; top: 0', ''],
    ['animation: a 1s; transition: all 1s; transform: scale(9)', ''],
    ['height: 100vh; min-height: 50svh; width: 100vw', 'width: 100vw;'],
    ['height: calc(100vmax + 1px); padding: 5cqh', ''],
    ['--x: url(https://evil.test/); color: var(--x)', ''],
    ['background: var(--x, url(https://evil.test/))', ''],
    ['width: expression(alert(1)); behavior: url(x); -moz-binding: url(x)', ''],
    ['background-image: image-set("https://evil.test/a.png" 1x)', ''],
    ['cursor: url(https://evil.test/a), auto; filter: url(#a); content: "x"; pointer-events: none', ''],
    ['grid-template-columns: repeat(100000, 1px)', ''],
    ['font-family: "MS Gothic", sans-serif', 'font-family: "MS Gothic", sans-serif;'],
    ['background-image: linear-gradient(red, blue)', 'background-image: linear-gradient(red, blue);'],
    ['background-image: url(/logout)', ''],
    ['background-image: url(data:image/svg+xml;base64,AA==)', ''],
    ['color: red}</style><script>', ''],
  ])('%s', (css, expected) => {
    expect(filter().inline(css)).toBe(expected);
  });

  test('images are counted, and kept only when they may be loaded', () => {
    const css = 'background: #fff url("https://evil.test/a.png") no-repeat';
    expect(filter('blocked').inline(css)).not.toContain('url(');
    expect(remote).toEqual(['https://evil.test/a.png']);
    expect(filter('loaded').inline(css)).toContain('url("https://evil.test/a.png")');
    expect(filter('loaded').inline('list-style: url(//evil.test/b.png)')).not.toContain('/logout');
  });

  test('the page is not an image of a mail', () => {
    expect(filter('loaded').inline(`background-image: url(${location.origin}/api/delete)`)).toBe('');
    expect(remote).toEqual([]);
  });
});

describe('sheets', () => {
  test.each([
    ['p{color:red}', 'p{color: red;}\n'],
    ['<!-- p{color:red} -->', 'p{color: red;}\n'],
    ['@import "https://evil.test/a.css"; p{color:red}', 'p{color: red;}\n'],
    ['@font-face{font-family:x;src:url(https://evil.test/f)} p{color:red}', 'p{color: red;}\n'],
    ['@keyframes a{from{color:red}}', ''],
    ['@supports (color:red){p{color:red}}', ''],
    ['@layer a{p{color:red}}', ''],
    ['a:hover, a:link{color:red}', 'a:link{color: red;}\n'],
    ['p:has(b){color:red}', ''],
    ['input[value^="a"]{color:red}', ''],
    ['a[href*="token"]{color:red}', ''],
    ['td[class="mobile"]{color:red}', 'td[class="mobile"]{color: red;}\n'],
    ['#head > p, #a.b{color:red}', '#user-content-head > p,#user-content-a.b{color: red;}\n'],
    [`${'p '.repeat(300)}{color:red}`, ''],
    ['p{color:red; b{background:url(https://evil.test/)}}', 'p{color: red;}\n'],
    ['@media (max-width:600px){p{color:red}}', '@media (max-width: 600px){p{color: red;}\n}\n'],
    ['@media (min-height:600px){p{color:red}}', ''],
    ['@media (prefers-color-scheme:dark){p{color:red}}', ''],
    ['p{font-family:"</style><img src=x>"}', String.raw`p{font-family: "\3c /style>\3c img src=x>";}` + '\n'],
  ])('%s', (css, expected) => {
    expect(filter().sheet(css)).toBe(expected);
  });

  test('two thousand rules are enough', () => {
    const css = filter().sheet('p{color:red}'.repeat(5000));
    expect(css.match(/\{/g)).toHaveLength(2000);
  });
});

test.each([
  ['color: #333', true],
  ['background: #fff', true],
  ['color: inherit', false],
  ['background: transparent', false],
  ['font-size: 12px', false],
  ['padding: 3px', false],
])('%s is a colour of its own: %s', (css, coloured) => {
  const styles = filter();
  styles.inline(css);
  expect(styles.hasColours()).toBe(coloured);
});
