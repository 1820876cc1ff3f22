import { describe, expect, it } from 'vitest';
import { TransportError } from './byte-stream.ts';
import { ReceiveCredit, SendCredit } from './credit.ts';
import { CLOSE_CODE, FrameError, WINDOW, parseBridgeFrame, parsePageFrame } from './frames.ts';

const open = { type: 'open', window: WINDOW.default };

describe('frames of the page', () => {
  it.each([
    { ...open, target: 'work' },
    { ...open, host: '', port: 993, tls: 'implicit' },
    { ...open, command: 'imap', servername: 'imap.example.com', clientCertificate: 'me' },
    { type: 'credit', bytes: 0 },
    { type: 'eof' },
    { type: 'ping', id: 7 },
    { type: 'starttls' },
    { type: 'starttls', servername: 'imap.example.com', unknown: 'ignored' },
  ])('reads %j', (frame) => {
    expect(parsePageFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '"eof"',
    '{}',
    '{"type":"constructor"}',
    '{"type":"__proto__"}',
    '{"type":"opened"}',
    '{"type":1}',
    '{"type":"credit"}',
    '{"type":"credit","bytes":-1}',
    '{"type":"credit","bytes":1.5}',
    '{"type":"credit","bytes":"1"}',
    '{"type":"credit","bytes":1e300}',
    '{"type":"ping"}',
    '{"type":"starttls","servername":1}',
    ...[
      {},
      { target: 'a', command: 'b' },
      { host: 'h' },
      { host: 'h', port: 0, tls: 'none' },
      { host: 'h', port: 65536, tls: 'none' },
      { host: 'h', port: 143 },
      { host: 'h', port: 143, tls: 'maybe' },
      { target: 'a', window: WINDOW.min - 1 },
      { target: 'a', window: WINDOW.max + 1 },
    ].map((change) => JSON.stringify({ ...open, ...change })),
  ])('refuses %s', (text) => {
    expect(() => parsePageFrame(text)).toThrow(FrameError);
  });
});

describe('frames of the bridge', () => {
  const opened = {
    type: 'opened',
    window: WINDOW.min,
    peer: { name: 'x', local: false },
    timings: {},
    tls: null,
  };

  it.each([
    opened,
    { type: 'error', code: 'tls', stage: 'tls', message: 'no', reason: 'X', timings: {}, tls: {} },
    { type: 'pong', id: 1 },
    { type: 'secured', tls: {} },
    { type: 'exit', code: null, signal: 'SIGKILL', stderr: '' },
    { type: 'drain', deadlineMs: 30_000 },
    { type: 'eof' },
  ])('reads %j', (frame) => {
    expect(parseBridgeFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it.each([
    '{"type":"open"}',
    '{"type":"secured"}',
    '{"type":"secured","tls":null}',
    '{"type":"error","code":"tls","stage":"tls"}',
    '{"type":"exit","code":0,"signal":null}',
    JSON.stringify({ ...opened, window: 1 }),
    JSON.stringify({ ...opened, peer: null }),
    JSON.stringify({ ...opened, tls: undefined }),
  ])('refuses %s', (text) => {
    expect(() => parseBridgeFrame(text)).toThrow(FrameError);
  });

  it('has a close code of its own for each failure', () => {
    const codes = Object.values(CLOSE_CODE);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => code >= 4000 && code < 5000)).toBe(true);
  });
});

describe('credit', () => {
  it('is spent and granted within the window', () => {
    const credit = new SendCredit(100);
    credit.spend(60);
    expect(credit.available).toBe(40);
    expect(() => credit.spend(41)).toThrow(RangeError);
    credit.grant(60);
    expect(credit.available).toBe(100);
    expect(() => credit.grant(1)).toThrow(FrameError);
  });

  it('is granted in batches of a quarter window, and never lost', () => {
    const credit = new ReceiveCredit(100);
    credit.receive(100);
    expect(() => credit.receive(1)).toThrow(FrameError);
    expect([10, 14, 1, 25, 49, 1].map((bytes) => credit.consume(bytes))).toEqual([0, 0, 25, 25, 49, 0]);
    credit.receive(99);
    expect(() => credit.receive(1)).toThrow(FrameError);
  });
});

describe('TransportError', () => {
  it('carries what is known, and nulls for the rest', () => {
    expect(new TransportError('refused', 'connect', 'no')).toMatchObject({
      name: 'TransportError',
      reason: null,
      timings: {},
      tls: null,
    });
    const cause = new Error('x');
    expect(new TransportError('refused', 'connect', 'no', { cause }).cause).toBe(cause);
  });
});
