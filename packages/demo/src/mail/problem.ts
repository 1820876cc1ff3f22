// What went wrong, in words for the person in front of the page: what happened, and what to do next.
import {
  codeName,
  ImapCapabilityError,
  ImapCommandError,
  ImapConnectionError,
  TransportError,
  type TlsInfo,
} from '@imaplib/client';

export interface Problem {
  readonly kind: 'login' | 'policy' | 'unreachable' | 'tls' | 'bridge' | 'server';
  readonly title: string;
  readonly hint: string;
  /** The words of the server, the bridge or the system. */
  readonly words: string | null;
  /** The certificates, where they are the reason. */
  readonly tls: TlsInfo | null;
}

/** Errors and their causes, the outermost first. */
function* causes(error: unknown): Generator {
  for (let at = error, depth = 0; at !== undefined && depth < 8; depth++) {
    yield at;
    at = at instanceof Error ? at.cause : undefined;
  }
}

function find<T>(error: unknown, kind: new (...args: never[]) => T): T | null {
  for (const cause of causes(error)) if (cause instanceof kind) return cause;
  return null;
}

/** An error's own sentence. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The words of the server where it refused, else the error's own. */
export function serverWords(error: unknown): string {
  const refused = find(error, ImapCommandError);
  return refused !== null && refused.text !== '' ? refused.text : words(error);
}

/** What a server says that is busy or being restarted (RFC 5530). */
const passing = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG']);

/** Whether the person, not the connection, has to do something: waiting and trying again would not help. */
export function isFinal(error: unknown): boolean {
  const transport = find(error, TransportError);
  // A handshake that was cut off may work the next time; a certificate that is refused will not.
  if (transport !== null)
    return transport.code === 'policy' || transport.tls?.authorizationError !== undefined;
  const refused = find(error, ImapCommandError);
  if (refused !== null) return refused.code === null || !passing.has(codeName(refused.code));
  return find(error, ImapCapabilityError) !== null;
}

const certificateReasons: readonly (readonly [RegExp, string, string])[] = [
  [
    /HAS_EXPIRED/,
    'The server’s certificate has expired',
    'The operator of the server has to renew it. Nothing was sent: neither your name nor your password.',
  ],
  [
    /NOT_YET_VALID/,
    'The server’s certificate is not valid yet',
    'Either the server’s certificate or the clock of the bridge is wrong. Nothing secret was sent.',
  ],
  [
    /SELF_SIGNED/,
    'The server’s certificate is self-signed',
    'No authority vouches for it, so anybody could have made it. If this is your own server, give the bridge its ' +
      'certificate (--ca FILE). Nothing secret was sent.',
  ],
  [
    /ALTNAME_INVALID|HOSTNAME/,
    'The server’s certificate is for another name',
    'You may have reached another server than you meant, or the name of the host is not the one in its ' +
      'certificate. Nothing secret was sent.',
  ],
  [
    /UNABLE_TO|ISSUER|UNTRUSTED|CHAIN/,
    'The server’s certificate comes from an unknown authority',
    'If you trust that authority, give the bridge its certificate (--ca FILE). Nothing secret was sent.',
  ],
];

function tlsProblem(error: TransportError): Problem {
  const reason = error.tls?.authorizationError ?? error.reason ?? '';
  const [, title, hint] = certificateReasons.find(([pattern]) => pattern.test(reason)) ?? [
    null,
    'No secure connection to the server',
    'The server does not speak TLS on this port, or not in a way that can be trusted. Check port and security.',
  ];
  return { kind: 'tls', title, hint, words: error.message, tls: error.tls };
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'There is no host of that name. Check how it is spelled.',
  EAI_AGAIN: 'The name of the host could not be looked up just now. Check the network, then try again.',
  ECONNREFUSED:
    'The host is there, but nothing listens on that port. Check the port, and that the server runs.',
  EHOSTUNREACH: 'No way leads to that host from where the bridge stands.',
  ENETUNREACH: 'No way leads to that network from where the bridge stands.',
};

function transportProblem(error: TransportError, place: string): Problem {
  const base = { words: error.message, tls: error.tls };
  switch (error.code) {
    case 'policy':
      return {
        ...base,
        kind: 'policy',
        title: 'The bridge does not let this page reach that server',
        hint: `The bridge refuses “${place}”. Whoever runs it decides which servers and pages are allowed; its log says why.`,
      };
    case 'tls':
    case 'starttls':
      return tlsProblem(error);
    case 'unreachable':
    case 'timeout':
      return {
        ...base,
        kind: 'unreachable',
        title: `“${place}” cannot be reached`,
        hint:
          systemReasons[error.reason ?? ''] ??
          'The server did not answer. Check host and port, and that the server runs; then try again.',
      };
    case 'refused':
      // The bridge itself: the WebSocket did not open.
      return error.stage === 'connect' && error.reason === 'ECONNREFUSED'
        ? {
            ...base,
            kind: 'unreachable',
            title: `“${place}” cannot be reached`,
            hint: systemReasons['ECONNREFUSED'] ?? '',
          }
        : {
            ...base,
            kind: 'bridge',
            title: 'The bridge does not answer',
            hint: 'The page reaches mail servers through a bridge, and no connection to it could be made. Check that it runs and allows this page.',
          };
    default:
      return {
        ...base,
        kind: 'bridge',
        title: 'The connection to the server broke',
        hint: 'Try again. If it happens every time, the log of the bridge says more.',
      };
  }
}

/** Describes why a connection or a sign-in failed. */
export function describe(error: unknown, place: string): Problem {
  const transport = find(error, TransportError);
  if (transport !== null) return transportProblem(transport, place);
  const refused = find(error, ImapCommandError);
  if (refused !== null) {
    return {
      kind: 'login',
      title: 'The server did not accept this user and password',
      hint: 'Check both. Some providers want an app password instead of the one for their web site.',
      words: refused.text === '' ? refused.message : refused.text,
      tls: null,
    };
  }
  const lacking = find(error, ImapCapabilityError);
  if (lacking !== null) {
    return {
      kind: 'server',
      title: 'The server offers no safe way to sign in',
      hint: 'On an unencrypted connection no password is sent. Choose TLS, or another port.',
      words: lacking.message,
      tls: null,
    };
  }
  const ended = find(error, ImapConnectionError);
  return {
    kind: 'server',
    title: 'The server ended the connection',
    hint: 'Try again in a moment.',
    words: ended?.bye ?? words(error),
    tls: null,
  };
}
