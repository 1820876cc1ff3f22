import {
  ImapCapabilityError,
  ImapCommandError,
  ImapConnectionError,
  TransportError,
  type TlsInfo,
} from '@imaplib/client';
import { expect, test } from 'vitest';
import { describe as describeProblem, isFinal, serverWords } from './problem.ts';

const tls = (authorizationError: string): TlsInfo => ({
  protocol: null,
  cipher: null,
  alpn: null,
  sni: 'mail.example.org',
  chain: [],
  verified: true,
  authorizationError,
});
const wrapped = (cause: unknown) => new ImapConnectionError('could not connect', { cause });
const certificate = (reason: string) =>
  wrapped(new TransportError('tls', 'tls', 'not trusted', { tls: tls(reason) }));

const cases: readonly (readonly [
  what: string,
  error: unknown,
  kind: string,
  title: RegExp,
  final: boolean,
])[] = [
  ['wrong password', new ImapCommandError('LOGIN', 'NO', null, 'Go away'), 'login', /did not accept/, true],
  ['policy', wrapped(new TransportError('policy', 'policy', 'no')), 'policy', /does not let/, true],
  [
    'no such host',
    wrapped(new TransportError('unreachable', 'resolve', 'x', { reason: 'ENOTFOUND' })),
    'unreachable',
    /“work” cannot be reached/,
    false,
  ],
  [
    'time-out',
    wrapped(new TransportError('timeout', 'connect', 'x')),
    'unreachable',
    /cannot be reached/,
    false,
  ],
  [
    'no bridge',
    wrapped(new TransportError('refused', 'connect', 'x')),
    'bridge',
    /bridge does not answer/,
    false,
  ],
  ['expired', certificate('CERT_HAS_EXPIRED'), 'tls', /expired/, true],
  ['self-signed', certificate('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls', /self-signed/, true],
  ['wrong name', certificate('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls', /another name/, true],
  ['unknown issuer', certificate('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'tls', /unknown authority/, true],
  ['handshake cut', wrapped(new TransportError('tls', 'tls', 'x')), 'tls', /No secure connection/, false],
  ['LOGINDISABLED', new ImapCapabilityError('LOGIN', 'STARTTLS'), 'server', /no safe way/, true],
  [
    'BYE',
    new ImapConnectionError('ended', { bye: 'Too many connections' }),
    'server',
    /ended the connection/,
    false,
  ],
  [
    'busy',
    new ImapCommandError('LOGIN', 'NO', { name: 'OTHER', code: 'UNAVAILABLE', values: [] }, 'later'),
    'login',
    /./,
    false,
  ],
];

test.each(cases)('%s', (_, error, kind, title, final) => {
  const problem = describeProblem(error, 'work');
  expect(problem.kind).toBe(kind);
  expect(problem.title).toMatch(title);
  expect(problem.hint).not.toBe('');
  expect(isFinal(error)).toBe(final);
});

test('the words are those of the server', () => {
  expect(describeProblem(new ImapCommandError('LOGIN', 'NO', null, 'Go away'), 'x').words).toBe('Go away');
  expect(describeProblem(new ImapConnectionError('ended', { bye: 'Too many' }), 'x').words).toBe('Too many');
  expect(serverWords(new Error('plain'))).toBe('plain');
});
