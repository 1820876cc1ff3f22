// A built page, served beside the socket: files of one directory and files from memory, with the headers that a
// page cannot give itself. Its content policy stands in its own <meta>; a second one here would only narrow it.

import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from './failure.ts';
import { ConfigError } from './options.ts';
import type { BridgeOptions, StaticFile } from './options.ts';

const HEADERS = {
  'Content-Security-Policy': "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.eml': 'message/rfc822',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

// `assets/index-B7x2kQ9a.js`: the content names the file, so it never changes under its name.
const HASHED = /^\/assets\/.*-[\w-]{8}\.\w+$/;

/** What is served. */
export interface StaticFiles {
  readonly dir: string | null;
  readonly files: ReadonlyMap<string, StaticFile>;
}

/**
 * What the options say is served; null where that is nothing.
 *
 * @throws ConfigError where the directory is none
 */
export function readStatic({ staticDir, staticFiles = {} }: BridgeOptions): StaticFiles | null {
  if (staticDir === undefined && Object.keys(staticFiles).length === 0) return null;
  if (staticDir !== undefined && statSync(staticDir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ConfigError(`static ${staticDir}: there is no such directory; build the page first`, [
      'static',
    ]);
  }
  for (const name of Object.keys(staticFiles)) {
    if (!name.startsWith('/'))
      throw new ConfigError(`static file ${name}: write its path from the root, /${name}`);
  }
  return { dir: staticDir ?? null, files: new Map(Object.entries(staticFiles)) };
}

/** The path of a request, decoded; null where it is not one that a file can have. */
function readPath(url: string): string | null {
  const [raw = ''] = url.split(/[?#]/, 1);
  let decoded: string;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    return null;
  }
  const isStrange = !decoded.startsWith('/') || decoded.includes('\\') || decoded.includes('\0');
  // No path out of the directory, and no hidden file in it.
  if (isStrange || decoded.split('/').some((part) => part.startsWith('.'))) return null;
  return decoded.endsWith('/') ? `${decoded}index.html` : decoded;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

async function openFile(dir: string, name: string): Promise<{ file: FileHandle; stats: Stats } | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path.join(dir, name));
    const stats = await file.stat();
    if (stats.isFile()) return { file, stats };
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'ENAMETOOLONG'].includes(reasonOf(error) ?? ''))
      throw error;
  }
  await file?.close();
  return null;
}

/** Answers a request for a file; every request gets an answer. */
export async function serveStatic(
  { dir, files }: StaticFiles,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return answer(response, 405, 'Only GET and HEAD.');
  }
  const name = readPath(request.url ?? '');
  const fromMemory = name === null ? undefined : files.get(name);
  if (fromMemory !== undefined) {
    const body = typeof fromMemory.body === 'string' ? Buffer.from(fromMemory.body) : fromMemory.body;
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': fromMemory.type,
      'Content-Length': body.byteLength,
      'Cache-Control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  const found = name === null || dir === null ? null : await openFile(dir, name);
  if (name === null || found === null) return answer(response, 404, 'Not found.');
  const { file, stats } = found;
  try {
    const etag = `W/"${stats.size.toString(36)}-${Math.trunc(stats.mtimeMs).toString(36)}"`;
    const headers = {
      ...HEADERS,
      ETag: etag,
      'Cache-Control': HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers).end();
      return;
    }
    response.writeHead(200, {
      ...headers,
      'Content-Type': TYPES[path.extname(name).toLowerCase()] ?? 'application/octet-stream',
      'Content-Length': stats.size,
    });
    if (request.method === 'HEAD') response.end();
    // The length was promised: a file that grows meanwhile is cut to it.
    else if (stats.size === 0) response.end();
    else await pipeline(file.createReadStream({ autoClose: false, end: stats.size - 1 }), response);
  } finally {
    await file.close();
  }
}
