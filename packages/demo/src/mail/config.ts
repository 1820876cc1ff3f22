// What the page is told when it starts: `config.json`, served beside it.

/** A server that the bridge knows by name. */
export interface Target {
  readonly name: string;
  /** What a person reads. */
  readonly label: string;
  readonly description?: string | undefined;
  /** A command of the bridge's in place of a server. */
  readonly isCommand: boolean;
  /** Whether the plain connection is upgraded before the sign-in, on this machine too. */
  readonly startTls: boolean;
}

/** An account that one click may sign in to. */
export interface SampleAccount {
  readonly target: string;
  readonly user: string;
  readonly password: string;
}

export interface PageConfig {
  /** The bridge's address, relative to the page or whole. */
  readonly bridge: string;
  readonly targets: readonly Target[];
  /** Whether a host of the user's own choice may be asked for. */
  readonly allowHosts: boolean;
  readonly sample: SampleAccount | null;
}

/** What a page without configuration does: its own `/imap`, any host that the bridge permits. */
export const defaultConfig: PageConfig = { bridge: '/imap', targets: [], allowHosts: true, sample: null };

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function target(value: unknown): Target[] {
  const { name, label, description, kind, security } = record(value);
  if (typeof name !== 'string' || name === '') return [];
  return [
    {
      name,
      label: text(label) ?? name,
      description: text(description),
      isCommand: kind === 'command',
      startTls: security === 'starttls',
    },
  ];
}

function sampleAccount(value: unknown): SampleAccount | null {
  const { target: place, user, password } = record(value);
  if (typeof place !== 'string' || typeof user !== 'string' || typeof password !== 'string') return null;
  return { target: place, user, password };
}

/** Takes what is there and of the right type; the rest falls back to the defaults. */
export function parseConfig(json: unknown): PageConfig {
  const given = record(json);
  const targets = Array.isArray(given['targets']) ? given['targets'].flatMap(target) : [];
  return {
    bridge: text(given['bridge']) ?? defaultConfig.bridge,
    targets,
    allowHosts: given['allowHosts'] === true || (given['allowHosts'] === undefined && targets.length === 0),
    sample: sampleAccount(given['sample']),
  };
}

/**
 * Reads the configuration that stands beside the page. A page without one is complete.
 *
 * @throws Error where it is there and cannot be read
 */
export async function readConfig(url = './config.json'): Promise<PageConfig> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (response.status === 404) return defaultConfig;
  if (!response.ok) throw new Error(`config.json: the server answered ${response.status}`);
  return parseConfig(await response.json());
}
