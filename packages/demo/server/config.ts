// What the page is told when it starts: the content of `config.json`, served beside it.

/** A server that the bridge knows by name. */
export interface ConfiguredTarget {
  /** The name that the bridge is asked for. */
  readonly name: string;
  /** What a person reads. */
  readonly label: string;
  readonly description?: string;
  /** A command of the bridge's in place of a server; `server` when left out. */
  readonly kind?: 'server' | 'command';
  /** `starttls`: the page upgrades the plain connection before it signs in, on this machine too. */
  readonly security?: 'starttls';
}

export interface PageConfig {
  /** The bridge's address, relative to the page: `/imap`. */
  readonly bridge: string;
  readonly targets: readonly ConfiguredTarget[];
  /** Whether a host of the user's own choice may be asked for. */
  readonly allowHosts: boolean;
  /** An account that one click may sign in to. */
  readonly sample?: { readonly target: string; readonly user: string; readonly password: string };
}
