import { describe, expect, it } from 'vitest';
import { failure } from '../session/testing/opened.ts';
import { idle } from './idle.ts';
import { openRunner } from './testing/opened.ts';

function stopper(): { readonly stop: Promise<void>; readonly onInterrupt: () => void } {
  let onInterrupt!: () => void;
  const stop = new Promise<void>((resolve) => (onInterrupt = resolve));
  return { stop, onInterrupt };
}

describe('IDLE', () => {
  it('ends with DONE when something else is to be sent, and hears events until then', async () => {
    const { runner, script, session, unasked } = await openRunner();
    const idling = idle(runner, stopper());
    await script.play(`
      C: $ IDLE
      S: + idling
      S: * 4 EXISTS
    `);
    await script.silence();
    void session.execute({ name: 'NOOP', write: (out) => out.raw('NOOP') });
    await script.play(`
      C: DONE
      S: * 5 EXISTS
      S: $ OK
      C: $ NOOP
      S: $ OK
    `);
    await idling;
    expect(unasked).toEqual(['* 4 EXISTS', '* 5 EXISTS']);
  });

  it('sends DONE only after +', async () => {
    const { runner, script } = await openRunner();
    const { stop, onInterrupt } = stopper();
    const idling = idle(runner, { stop, onInterrupt });
    await script.play('C: $ IDLE');
    onInterrupt();
    await script.silence();
    await script.play('S: + idling\nC: DONE\nS: $ OK');
    expect(await idling).toBeUndefined();
  });

  it.each(['NO', 'BAD', 'OK'])('answered with %s by itself sends no DONE', async (status) => {
    const { runner, script, session } = await openRunner();
    const { stop, onInterrupt } = stopper();
    const idling = idle(runner, { stop, onInterrupt });
    idling.catch(() => {});
    await script.play(`C: $ IDLE\nS: + idling\nS: $ ${status} enough of that`);
    const outcome = status === 'OK' ? await idling : await failure(idling);
    onInterrupt();
    await script.silence();
    expect(outcome === undefined).toBe(status === 'OK');
    expect(session.idle).toBe(true);
  });
});
