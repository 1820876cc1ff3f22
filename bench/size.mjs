// What a page has to load for a program that signs in, lists and fetches: bundled, minified, gzipped.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

const ours = `
  import { ImapClient, bridge } from '@imaplib/client';
  const transport = bridge({ url: '/imap', target: 'work' });
  const client = await ImapClient.connect({ transport, auth: { user: 'u', pass: 'p' } });
  for await (const box of client.list()) console.log(box.name);
  await client.select('INBOX');
  for await (const message of client.fetch('1:*', { envelope: true })) console.log(message.envelope.subject);
`;
const imaplib = `
  import { IMAP4_SSL } from '@imaplib/client/imaplib';
  const M = new IMAP4_SSL('imap.example.com');
  await M.login('u', 'p');
  console.log(await M.list());
  await M.select();
  console.log(await M.fetch('1:*', '(ENVELOPE)'));
`;
// Neither of these brings a way out of the page: what would carry its bytes is not counted.
const imapflow = `
  import { ImapFlow } from 'imapflow';
  const client = new ImapFlow({ host: 'imap.example.com', auth: { user: 'u', pass: 'p' }, transport: globalThis.transport });
  await client.connect();
  console.log(await client.list());
  await client.mailboxOpen('INBOX');
  for await (const message of client.fetch('1:*', { envelope: true })) console.log(message.envelope.subject);
`;
const emailjs = `
  import ImapClient from 'emailjs-imap-client';
  const client = new ImapClient('imap.example.com', 993, { auth: { user: 'u', pass: 'p' } });
  await client.connect();
  console.log(await client.listMailboxes());
  await client.selectMailbox('INBOX');
  console.log(await client.listMessages('INBOX', '1:*', ['envelope']));
`;

/** The shims that imapflow's own documentation names. */
const shims = {
  stream: 'readable-stream',
  events: 'events',
  buffer: 'buffer',
  path: 'path-browserify',
};
const empty = new Set([
  'net',
  'tls',
  'dns',
  'zlib',
  'fs',
  'os',
  'util',
  'https',
  'http',
  'child_process',
  'string_decoder',
]);
const md5 = `
  import md5 from 'blueimp-md5';
  export const createHash = () => { let all = ''; return { update(text) { all += text; return this; }, digest: () => md5(all) }; };
  export default { createHash };
`;
const globals = `
  import { Buffer } from 'buffer';
  import process from 'process';
  globalThis.Buffer = Buffer;
  globalThis.process = process;
  globalThis.setImmediate ??= (call, ...args) => setTimeout(call, 0, ...args);
  globalThis.clearImmediate ??= clearTimeout;
`;

/** Modules of Node's that a page has not: shimmed, or empty. */
const nodeModules = {
  name: 'node-modules',
  setup(builder) {
    builder.onResolve({ filter: /^(?:node:)?[a-z_]+$/ }, ({ path }) => {
      const name = path.replace('node:', '');
      if (name === 'crypto') return { path: name, namespace: 'md5' };
      if (Object.hasOwn(shims, name))
        return { path: require.resolve(`${shims[name]}${shims[name] === name ? '/' : ''}`) };
      if (empty.has(name)) return { path: name, namespace: 'empty' };
      return undefined;
    });
    builder.onResolve({ filter: /^emailjs-tcp-socket$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    builder.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
    builder.onLoad({ filter: /.*/, namespace: 'md5' }, () => ({ contents: md5, resolveDir: here }));
  },
};

/** Gzipped bytes of a program. */
async function weigh(program, shimmed) {
  const { outputFiles } = await build({
    stdin: { contents: `${shimmed ? globals : ''}${program}`, resolveDir: here },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2023', write: false },
    ...{ logLevel: 'silent', mainFields: ['browser', 'module', 'main'], conditions: ['import'] },
    ...(shimmed ? { plugins: [nodeModules], define: { global: 'globalThis' } } : {}),
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
}

export async function size() {
  const programs = [
    { name: 'ours: ImapClient with its bridge', program: ours, shimmed: false, aims: { imapflow: null } },
    { name: 'ours: imaplib with its bridge', program: imaplib, shimmed: false, aims: {} },
    { name: 'imapflow, with the shims it asks for', program: imapflow, shimmed: true, aims: {} },
    { name: 'emailjs-imap-client, without a socket', program: emailjs, shimmed: true, aims: {} },
  ];
  const rows = [];
  const missing = [];
  for (const { name, program, shimmed } of programs) {
    try {
      const kb = await weigh(program, shimmed);
      rows.push({ name, unit: 'kB', median: kb, min: kb, max: kb, ratios: [] });
    } catch (error) {
      if (!/Could not resolve/.test(error.message)) throw error;
      missing.push(name);
    }
  }
  const [first, ...others] = rows;
  first.ratios = others
    .filter(({ name }) => !name.startsWith('ours'))
    .map(({ name, median }) => ({ peer: name.split(',')[0], ratio: first.median / median, aim: null }));
  return { title: '9. Bytes that a page loads for sign-in, list and fetch, gzipped', rows, missing };
}
