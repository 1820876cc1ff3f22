// What stands between ImapClient's calls and the session: where unasked responses go, and who hears of what.

import type { Runner } from '../commands/command.ts';
import type { Completion, Request } from '../session/request.ts';
import { Session } from '../session/session.ts';
import { readStatusText, type Response, type StatusText } from '../wire/response.ts';
import { codeName } from '../wire/response-code.ts';
import { AutoIdle } from './auto-idle.ts';
import { Emitter } from './emitter.ts';
import { Selection } from './selection.ts';
import type { ClientEvents, ConnectOptions } from './types.ts';

/** The state that ImapClient's calls share. */
export class ClientRunner implements Runner {
  readonly events: Emitter<ClientEvents> = new Emitter();
  readonly selection: Selection = new Selection(this.events);
  readonly idling: AutoIdle = new AutoIdle(this);
  #session: Session | null = null;

  static async open(options: ConnectOptions): Promise<ClientRunner> {
    const runner = new ClientRunner();
    runner.events.onAll(options.on ?? {});
    const session = await Session.open({
      transport: options.transport,
      signal: options.signal,
      limits: options.limits,
      trace: options.trace,
      onLine: options.onLine,
      onUntagged: (response) => runner.unasked(response),
      onTooLarge: (error, response) => runner.warn(error, response),
      onIdle: () => runner.idling.quiet(),
    });
    runner.#session = session;
    runner.#tell(session.greeting);
    session.stream.onDrain = (deadlineMs) => runner.events.emit('drain', { deadlineMs });
    void session.closed.then((error) => {
      runner.idling.end();
      runner.selection.leave();
      runner.events.emit('close', { error });
    });
    return runner;
  }

  get session(): Session {
    return this.#session!;
  }

  execute(request: Request): Promise<Completion> {
    return this.session.execute(request);
  }

  leave(): void {
    this.session.enter('authenticated');
    this.selection.leave();
  }

  unasked(response: Response): void {
    try {
      if (response.tag === '') throw new Error('the line is no response');
      if (response.name === 'OK' || response.name === 'NO' || response.name === 'BAD') {
        this.#tell(readStatusText(response.reader()));
      }
      this.selection.take(response);
    } catch (error) {
      this.warn(error, response);
    }
  }

  warn(error: unknown, response: Response): void {
    const line = new TextDecoder('latin1').decode(response.bytes.subarray(0, 200));
    this.events.emit('warning', { reason: error instanceof Error ? error.message : String(error), line });
  }

  answered(done: Completion): void {
    this.#tell(done);
    this.selection.heard(done.code);
  }

  #tell({ code, text }: StatusText): void {
    if (code !== null && codeName(code) === 'ALERT') this.events.emit('alert', { text });
    else if (code?.name === 'INPROGRESS') {
      this.events.emit('progress', { tag: code.tag, done: code.progress, total: code.goal, text });
    }
  }
}
