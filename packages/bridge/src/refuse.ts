// A refusal before the upgrade: an ordinary HTTP answer, written to the socket by hand, for Node's own response is
// gone when somebody asks for an upgrade.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Rejection } from './admission.ts';

/** Answers and closes, within the time. */
export function refuseUpgrade(socket: Duplex, { status, message, headers }: Rejection, ms: number): void {
  const body = `${message}\n`;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  const timer = setTimeout(() => socket.destroy(), ms);
  socket.on('error', () => {}).once('close', () => clearTimeout(timer));
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
