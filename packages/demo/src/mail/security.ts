// How the line to a server is protected, and the port that goes with it.

export type Security = 'tls' | 'starttls' | 'none';

export const usualPorts: Readonly<Record<Security, number>> = { tls: 993, starttls: 143, none: 143 };
