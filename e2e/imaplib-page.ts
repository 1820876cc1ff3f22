// A page that has nothing but the modules of `@imaplib/client`, and a bridge to a Dovecot: what a script of somebody's
// own would find.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createBridge } from '@imaplib/bridge';
import type { Dovecot } from '@imaplib/demo/server';

const modules = fileURLToPath(new URL('../packages/client/dist', import.meta.url));

/**
 * Serves the modules under their paths in `dist`. The targets are `plain` and `tls`; commands, and further servers by
 * their port, are those that are given.
 */
export async function startModules(
  server: Pick<Dovecot, 'port' | 'tlsPort' | 'ca'>,
  commands: Readonly<Record<string, readonly string[]>> = {},
  ports: Readonly<Record<string, number>> = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const ca = readFileSync(server.ca, 'utf8');
  const others = Object.entries(ports).map(([name, port]) => [
    name,
    { host: '127.0.0.1', port, tls: 'none' as const },
  ]);
  const bridge = createBridge({
    targets: {
      plain: { host: '127.0.0.1', port: server.port, tls: 'none', ca },
      tls: { host: '127.0.0.1', port: server.tlsPort, tls: 'implicit', ca },
      ...(Object.fromEntries(others) as Record<string, { host: string; port: number; tls: 'none' }>),
    },
    commands,
    log: () => {},
    staticDir: modules,
    staticFiles: { '/': { type: 'text/html', body: '<!doctype html><title>imaplib</title>' } },
  });
  await bridge.listen();
  return { url: `http://127.0.0.1:${bridge.port}/`, close: () => bridge.close() };
}
