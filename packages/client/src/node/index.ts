// `@imaplib/client/node`: connections without a bridge, for Node. The only place that imports node:*.

export { tcp, type TcpOptions } from './tcp.ts';
export { spawn, type SpawnOptions } from './spawn.ts';
