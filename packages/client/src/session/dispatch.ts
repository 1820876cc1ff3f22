// Whose response is it? Each one goes to the command that it answers or belongs to, and what belongs to none to whoever
// listens.

import { FramingError, type Frame } from '../wire/framer.ts';
import type { ReaderOptions } from '../wire/reader.ts';
import { isStatus, readHead, readStatusText, type Response } from '../wire/response.ts';
import { capabilitiesIn, type Capabilities } from './capabilities.ts';
import { ImapConnectionError, ImapLimitError } from './errors.ts';
import { readGreeting, type Greeting } from './greeting.ts';
import type { LiteralStream } from './literal-stream.ts';
import type { Observation } from './observation.ts';
import type { SessionLimits, SessionOptions } from './options.ts';
import type { Outgoing } from './outgoing.ts';
import type { Pending } from './pending.ts';
import type { CommandQueue } from './queue.ts';
import type { Completion, Request } from './request.ts';
import { tell } from './tell.ts';

/** Answers to `+` that wait for the transport: a server that takes none of them gets no more. */
const MOST_UNWRITTEN = 8;

/** What dispatch asks of its session. */
export interface Dispatching {
  /** What the readers of a response will accept. */
  readonly reading: () => ReaderOptions;
  readonly greeted: (greeting: Greeting) => void;
  readonly heardBye: (text: string) => void;
  /** The server has said ENABLED. */
  readonly enabled: (extensions: readonly string[]) => void;
  /** The server has agreed that the meaning of bytes changes. @throws where bytes follow already */
  readonly switches: (request: Request) => void;
  /** A command is done. */
  readonly settled: () => void;
  /** There may be more or less to wait for than before. */
  readonly changed: () => void;
  readonly end: (error: ImapConnectionError) => void;
}

/** Takes the responses of one connection, in order. */
export class Dispatch {
  readonly #session: Dispatching;
  readonly #queue: CommandQueue;
  readonly #outgoing: Outgoing;
  readonly #capabilities: Capabilities;
  readonly #limits: SessionLimits;
  readonly #observation: Observation;
  readonly #options: SessionOptions;
  #isGreeted = false;

  constructor(
    queue: CommandQueue,
    outgoing: Outgoing,
    capabilities: Capabilities,
    limits: SessionLimits,
    observation: Observation,
    options: SessionOptions,
    session: Dispatching,
  ) {
    this.#session = session;
    this.#queue = queue;
    this.#outgoing = outgoing;
    this.#capabilities = capabilities;
    this.#limits = limits;
    this.#observation = observation;
    this.#options = options;
  }

  /** @throws where the connection cannot go on */
  take(frame: Frame): void {
    const reading = this.#session.reading();
    let response = readHead(frame.bytes, reading);
    const isSecret = this.#queue.inFlight.some((pending) => pending.isSecret);
    if (isSecret && isStatus(response.name)) response = this.#observation.withoutSecrets(response, reading);
    this.#observation.received(response.bytes, isSecret && response.tag === '+');
    if (frame.exceeded !== null) return this.#tooLarge(response, frame.exceeded);
    if (!this.#isGreeted) return this.#greet(response);
    if (response.tag === '+') return this.#continue(response);
    if (response.tag === '*') return this.#untagged(response);
    const pending = this.#queue.unanswered(response.tag);
    // A tag that nobody waits for (RFC 3501 2.2.2 forbids it): told to whoever listens, harmful to nobody.
    if (pending === null) return tell(this.#options.onUntagged, response);
    this.#complete(pending, response);
  }

  /**
   * Who takes the literal that is about to come, if anybody does.
   *
   * @throws where more of it is dropped than may be
   */
  literal(size: number, head: () => Uint8Array): ((octets: Uint8Array) => void) | null {
    const { inFlight } = this.#queue;
    if (inFlight.every(({ request }) => request.literal === undefined)) return null;
    const response = (): Response => readHead(head(), this.#session.reading());
    for (const pending of inFlight) {
      try {
        const literal = pending.take(size, response, inFlight.length > 1);
        if (literal !== null) return this.#streamed(pending, literal);
      } catch (error) {
        pending.fail(error);
        return null;
      }
    }
    return null;
  }

  #streamed(pending: Pending, literal: LiteralStream): (octets: Uint8Array) => void {
    const { discard } = this.#limits;
    return (octets) => {
      pending.observer?.answered(octets.length);
      literal.push(octets);
      if (literal.dropped <= discard) return;
      throw new FramingError(
        `${pending.request.name}: more than ${discard} bytes of a literal of ${literal.size} came that nobody reads any more. ` +
          'Raise the limit "discard" where that is worth waiting for.',
      );
    };
  }

  #greet(response: Response): void {
    const greeting = readGreeting(response);
    this.#capabilities.hearCode(greeting);
    this.#isGreeted = true;
    this.#session.greeted(greeting);
  }

  #untagged(response: Response): void {
    if (response.name === 'CAPABILITY') {
      this.#capabilities.hear(response);
    } else if (response.name === 'ENABLED') {
      this.#session.enabled(capabilitiesIn(response) ?? []);
    } else if (response.name === 'OK' || response.name === 'NO' || response.name === 'BYE') {
      const status = readStatusText(response.reader());
      this.#capabilities.hearCode(status);
      if (response.name === 'BYE') this.#session.heardBye(status.text);
    }
    // Oldest first: servers answer in order.
    const isContested = this.#queue.inFlight.length > 1;
    for (const pending of this.#queue.inFlight) {
      try {
        if (!pending.collect(response, isContested)) continue;
        pending.observer?.answered(response.bytes.length);
        return;
      } catch (error) {
        pending.fail(error);
        this.#session.changed();
        return;
      }
    }
    tell(this.#options.onUntagged, response);
  }

  #continue(response: Response): void {
    if (this.#outgoing.goOn()) return;
    const pending = this.#queue.inFlight.at(-1);
    const mayAnswer = pending?.phase === 'sent' && !pending.isAnswering && pending.unwritten < MOST_UNWRITTEN;
    const answer = mayAnswer ? pending.request.continuation : undefined;
    // A `+` that nothing asked for: some servers send one with their greeting or behind a refused literal. One that
    // comes while the last one is being thought about is passed over: nobody has to answer a flood of them.
    if (pending === undefined || answer === undefined) return tell(this.#options.onUntagged, response);
    if (pending.request.quiet === true) {
      // Nobody listens any more where its caller has gone: it is about to be ended.
      pending.quiet = !pending.abandoned;
      this.#session.changed();
    }
    pending.observer?.continued();
    void this.#outgoing.answer(pending, () => answer(response.reader().restBytes()));
  }

  #complete(pending: Pending, response: Response): void {
    const { name: status } = response;
    const { request } = pending;
    // NO or BAD inside a literal is a server in a hurry: the rest still goes. OK is somebody who answers commands
    // that he has not seen (the STARTTLS attacks).
    if (pending.phase !== 'sent' && status === 'OK') {
      throw new Error(`the server answered ${request.name} before it was sent`);
    }
    if (request.switchesLayer === true && status === 'OK') {
      // Nobody would be there to speak the language that the server speaks from here on.
      if (pending.abandoned) throw new Error(`${request.name} was aborted while the server agreed to it`);
      this.#session.switches(request);
    }
    this.#queue.answered(pending);
    const text = readStatusText(response.reader());
    this.#capabilities.hearCode(text);
    if (status === 'OK' || status === 'NO' || status === 'BAD') {
      const completion: Completion = { status, response, ...text };
      pending.observer?.answered(response.bytes.length);
      this.#observation.completed(pending, completion);
      tell(request.completed, completion);
      pending.settle(completion);
    } else {
      pending.fail(new ImapConnectionError(`${request.name}: the server's answer is neither OK, NO nor BAD`));
    }
    pending.phase = 'answered';
    this.#outgoing.giveUp(pending);
    this.#session.settled();
  }

  #tooLarge(response: Response, limit: 'line' | 'literal'): void {
    const error = new ImapLimitError(
      `the server sent a ${limit} of more than ${this.#limits[limit]} bytes; it was passed over`,
      limit,
    );
    if (!this.#isGreeted) return this.#session.end(new ImapConnectionError(error.message, { cause: error }));
    const tagged = this.#queue.unanswered(response.tag);
    if (tagged !== null) {
      tagged.fail(error);
      return this.#complete(tagged, response);
    }
    // What it answers can no longer be asked for; the command that is being answered is the oldest. An IDLE is not
    // answered by it: it goes on.
    const answered = this.#queue.inFlight.find((pending) => !pending.quiet);
    if (answered === undefined) tell(this.#options.onTooLarge, error, response);
    else answered.fail(error);
  }
}
