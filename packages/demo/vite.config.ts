// Builds the page. What it may load and reach is said once, in src/message/content-policy.ts, and written into it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { pagePolicy } from './src/message/content-policy.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bridges elsewhere than beside the page: IMAP_BRIDGES="wss://bridge.example.com", separated by spaces. */
const bridges = (process.env['IMAP_BRIDGES'] ?? '').split(' ').filter((origin) => origin !== '');

const contentPolicy: Plugin = {
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy(bridges) },
        injectTo: 'head-prepend',
      },
    ],
  },
};

const pages = ['index.html', 'diagnostics.html']
  .map((page) => at(`./${page}`))
  .filter((page) => existsSync(page));

export default defineConfig({
  root: at('.'),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [contentPolicy],
  build: {
    outDir: at('./dist/page'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: true,
    rolldownOptions: { input: pages },
  },
});
