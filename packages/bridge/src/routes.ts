// From an `open` frame to the one thing that it may reach, or a refusal. Nothing is resolved or connected here.

import { isIP } from 'node:net';
import type { OpenFrame } from '@imaplib/client/protocol';
import { hostAndPort, readHost } from './address.ts';
import { Refusal } from './failure.ts';
import type { Command } from './options.ts';
import { isHostAllowed } from './policy.ts';
import type { HostPattern } from './policy.ts';
import type { Trust } from './tls.ts';

/** A server, and how it is reached. */
export interface ServerRoute {
  readonly kind: 'server';
  /** Host and port, for people to read. */
  readonly who: string;
  readonly host: string;
  readonly port: number;
  readonly tls: 'none' | 'implicit';
  readonly servername: string;
  readonly servernameFromPage: boolean;
  readonly trust: Trust;
  /** Whether its address may lie in a special range. */
  readonly allowSpecial: boolean;
}

/** A command, by its name. */
export interface CommandRoute {
  readonly kind: 'command';
  readonly name: string;
  readonly command: Command;
}

/** A client certificate that pages may ask for, and where. */
export interface HeldCertificate {
  readonly trust: Trust;
  readonly hosts: readonly HostPattern[];
}

/** All that can be reached. */
export interface Routes {
  readonly targets: ReadonlyMap<string, ServerRoute>;
  readonly allow: readonly HostPattern[];
  readonly allowPrivate: boolean;
  readonly commands: ReadonlyMap<string, Command>;
  readonly certificates: ReadonlyMap<string, HeldCertificate>;
  /** For hosts that a page names itself. */
  readonly trust: Trust;
}

function findServer(frame: OpenFrame, routes: Routes): ServerRoute {
  if (frame.target !== undefined) {
    const target = routes.targets.get(frame.target);
    if (target === undefined) throw new Refusal(`no target is named ${frame.target}`);
    return target;
  }
  const host = readHost(frame.host ?? '');
  const port = frame.port ?? 0;
  if (host === null) throw new Refusal(`${frame.host} is no host name`);
  const who = hostAndPort(host, port);
  if (!isHostAllowed(routes.allow, host, port)) throw new Refusal(`${who} is not among the allowed hosts`);
  return {
    kind: 'server',
    who,
    host,
    port,
    tls: frame.tls ?? 'implicit',
    servername: host,
    servernameFromPage: false,
    trust: routes.trust,
    allowSpecial: routes.allowPrivate,
  };
}

/**
 * The name to verify: the page's where the configuration permits it, or where it is the same anyway.
 *
 * @throws Refusal where the page may not choose
 */
export function chooseServername(route: ServerRoute, asked: string | undefined): string {
  if (asked === undefined) return route.servername;
  const name = asked === '' ? null : readHost(asked);
  if (name === route.servername) return name;
  if (name === null || !route.servernameFromPage) {
    throw new Refusal(`${route.who} is verified as ${route.servername}; the page asked for ${asked}`);
  }
  return name;
}

/**
 * Where a page's `open` frame leads.
 *
 * @throws Refusal with the reason for the log
 */
export function findRoute(frame: OpenFrame, routes: Routes): ServerRoute | CommandRoute {
  if (frame.command !== undefined) {
    const command = routes.commands.get(frame.command);
    if (command === undefined) throw new Refusal(`no command is named ${frame.command}`);
    return { kind: 'command', name: frame.command, command };
  }
  let route = findServer(frame, routes);
  if (frame.clientCertificate !== undefined) {
    const held = routes.certificates.get(frame.clientCertificate);
    if (held === undefined) throw new Refusal(`no client certificate is named ${frame.clientCertificate}`);
    if (!isHostAllowed(held.hosts, route.host, route.port)) {
      throw new Refusal(`the client certificate ${frame.clientCertificate} is not for ${route.who}`);
    }
    route = { ...route, trust: held.trust };
  }
  return { ...route, servername: chooseServername(route, frame.servername) };
}

/** Whether a host is given by its address, not by a name. */
export const isLiteral = (host: string): boolean => isIP(host) !== 0;
