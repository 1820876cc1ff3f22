// STARTTLS in mid-stream. The page has read the server's answer and asks for TLS; from then on no plain byte may
// pass in either direction. A byte that the server sent behind its answer is an injection (CVE-2011-0411).

import { TransportError } from '@imaplib/client/protocol';
import { ServerEndpoint } from './connect.ts';
import type { Endpoint } from './endpoint.ts';
import type { Limits } from './limits.ts';
import { chooseServername } from './routes.ts';
import { secure } from './tls.ts';
import type { ToPage } from './to-page.ts';
import type { ToTarget } from './to-target.ts';
import { within } from './within.ts';

/** What is upgraded. */
export interface Upgrade {
  readonly endpoint: Endpoint;
  readonly toPage: ToPage;
  readonly toTarget: ToTarget;
  /** The name that the page asks to verify. */
  readonly servername: string | undefined;
  readonly limits: Limits;
  readonly signal: AbortSignal;
}

/**
 * Puts TLS over the connection. The caller has stopped taking bytes of the page; both ways are attached to the
 * new endpoint by the caller.
 *
 * @throws TransportError `starttls` where a plain byte is in the way, `tls` or `timeout` where the handshake fails;
 *   Refusal where the page may not choose the name
 */
export async function startTls(upgrade: Upgrade): Promise<ServerEndpoint> {
  const { endpoint, toPage, toTarget, limits, signal } = upgrade;
  if (!(endpoint instanceof ServerEndpoint)) {
    throw new TransportError(
      'starttls',
      'starttls',
      'a command cannot be upgraded to TLS: its bytes never leave the machine',
    );
  }
  const { route, socket } = endpoint;
  if (endpoint.tls !== null) {
    throw new TransportError('starttls', 'starttls', `${route.who} is encrypted already`);
  }
  const servername = chooseServername(route, upgrade.servername);
  const injected = (): TransportError =>
    new TransportError(
      'starttls',
      'starttls',
      `${route.who} sent bytes behind its answer to STARTTLS; they may be somebody else's, and the connection was closed`,
    );
  const begin = performance.now();
  if (toPage.detach()) throw injected();
  await within<void>(
    limits.handshakeMs,
    signal,
    () =>
      new TransportError(
        'timeout',
        'starttls',
        `${route.who} did not take what was sent to it within ${limits.handshakeMs} ms`,
      ),
    (resolve, reject) => {
      const onClose = (): void =>
        reject(
          new TransportError(
            'starttls',
            'starttls',
            `${route.who} closed the connection before the TLS handshake`,
          ),
        );
      socket.once('close', onClose);
      void toTarget.idle().then(resolve);
      return () => socket.off('close', onClose);
    },
  );
  if (endpoint.source.hasStray) throw injected();
  const secured = await secure(socket, {
    who: route.who,
    servername,
    trust: route.trust,
    stage: 'starttls',
    ms: Math.max(1, limits.handshakeMs - (performance.now() - begin)),
    signal,
    timings: endpoint.timings,
  });
  return endpoint.behind(secured.socket, secured.info, secured.timings);
}
