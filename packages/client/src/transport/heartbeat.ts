// Whether the other side still lives. A page cannot see WebSocket pings, so it asks by itself: after a silence, when it
// wakes up, and when its clock has jumped, which means that the machine slept.

import { PING } from './frames.ts';

/** Often enough to notice a sleep soon. */
const TICK_MS = 5000;

/** A timer this much late or early: the page slept, or its timers are throttled. */
const JUMP_MS = 5000;

/** What a {@link Heartbeat} does. */
export interface HeartbeatEvents {
  /** Send a ping. */
  ping(id: number): void;
  /** Nothing came within the time: the connection is lost. */
  lost(): void;
}

interface Waiter {
  readonly id: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Asks for signs of life. */
export class Heartbeat {
  readonly #events: HeartbeatEvents;
  #heardAt = Date.now();
  /** Since when an answer is awaited, and whether the wait has begun anew after a sleep. */
  #asked: { readonly at: number; readonly again: boolean } | null = null;
  #lastId = 0;
  #waiters: Waiter[] = [];
  #due = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped: { readonly error: unknown } | null = null;

  constructor(events: HeartbeatEvents) {
    this.#events = events;
    this.#arm();
  }

  /** Something arrived, of whatever kind. */
  heard(): void {
    this.#heardAt = Date.now();
    this.#asked = null;
  }

  /** The answer to a ping arrived. */
  pong(id: number): void {
    const answered = this.#waiters.filter((waiter) => waiter.id <= id);
    this.#waiters = this.#waiters.filter((waiter) => waiter.id > id);
    for (const waiter of answered) waiter.resolve();
  }

  /** Asks now. */
  ask(): void {
    if (this.#stopped !== null) return;
    // A wait that runs is not prolonged: asking again and again would hide that nobody answers.
    this.#asked ??= { at: Date.now(), again: false };
    this.#events.ping(++this.#lastId);
    this.#arm();
  }

  /** Asks now; settles with the answer, or with what ended the connection. */
  probe(): Promise<void> {
    if (this.#stopped !== null) return Promise.reject(this.#stopped.error);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ id: this.#lastId + 1, resolve, reject });
      this.ask();
    });
  }

  /** The connection has ended. */
  stop(error: unknown): void {
    if (this.#stopped !== null) return;
    this.#stopped = { error };
    clearTimeout(this.#timer);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const delay = Math.min(TICK_MS, Math.max(0, this.#deadline() - now));
    this.#due = now + delay;
    this.#timer = setTimeout(() => this.#tick(), delay);
  }

  #deadline(): number {
    return this.#asked === null ? this.#heardAt + PING.afterMs : this.#asked.at + PING.answerMs;
  }

  #tick(): void {
    const now = Date.now();
    const jumped = Math.abs(now - this.#due) > JUMP_MS;
    if (jumped && this.#asked?.again !== true) {
      // The deadline may have passed in the sleep: the other side gets its whole time once more, but only once,
      // because in a hidden page every timer is late.
      this.#asked = { at: now, again: this.#asked !== null };
      this.#events.ping(++this.#lastId);
    } else if (now >= this.#deadline()) {
      if (this.#asked !== null) {
        this.#events.lost();
        return;
      }
      this.ask();
      return;
    }
    this.#arm();
  }
}
