// The bridge's answers to ordinary HTTP requests: health, readiness, metrics, and the page that it serves.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import type { Rejection } from './admission.ts';
import { reasonOf } from './failure.ts';
import type { Log } from './log.ts';
import { serveStatic } from './static.ts';
import type { StaticFiles } from './static.ts';

/** What is asked of the rest of the bridge. */
export interface RequestContext {
  /** The path of the socket. */
  readonly path: string;
  /** What is served beside it. */
  readonly page: StaticFiles | null;
  readonly checkHost: (request: IncomingMessage) => Rejection | null;
  /** Whether the metrics are for whoever asks. */
  readonly maySeeMetrics: (request: IncomingMessage) => boolean;
  readonly isReady: () => boolean;
  readonly registry: Registry;
  readonly log: Log;
}

const TEXT = 'text/plain; charset=utf-8';

function answer(response: ServerResponse, status: number, text: string, type = TEXT): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}

/** Makes what answers every request. */
export function createRequestHandler(context: RequestContext) {
  const { path, page, checkHost, maySeeMetrics, isReady, registry, log } = context;
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [asked] = (request.url ?? '').split('?', 1);
    // A balancer asks without a host, or with an address; that much everybody may know.
    if (asked === '/healthz') return answer(response, 200, 'ok\n');
    if (asked === '/readyz')
      return isReady() ? answer(response, 200, 'ready\n') : answer(response, 503, 'draining\n');
    const rejection = checkHost(request);
    if (rejection !== null) return answer(response, rejection.status, `${rejection.message}\n`);
    switch (asked) {
      case path:
        response.setHeader('Upgrade', 'websocket');
        return answer(response, 426, 'This is the socket of a bridge; connect with a WebSocket.\n');
      case '/metrics':
        if (!maySeeMetrics(request)) return answer(response, 403, 'The metrics are not for this address.\n');
        registry.metrics().then(
          (text) => answer(response, 200, text, registry.contentType),
          (error: unknown) => {
            log('error', 'metrics-failed', { reason: (error as Error).message });
            answer(response, 503, 'The metrics could not be gathered.\n');
          },
        );
        return;
      default:
        if (page === null) return answer(response, 404, 'Not found.\n');
        serveStatic(page, request, response).catch((error: unknown) => {
          // Most often the browser went away in the middle.
          const isGone = reasonOf(error) === 'ERR_STREAM_PREMATURE_CLOSE';
          if (!isGone) log('error', 'static-failed', { reason: (error as Error).message });
          if (response.headersSent) response.destroy();
          else answer(response, 500, 'The bridge could not read this file.\n');
        });
    }
  };
}
