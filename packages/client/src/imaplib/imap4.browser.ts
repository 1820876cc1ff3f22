// The module in a real browser, where it is meant to run: one session from sign-in to logout.

import { expect, test } from 'vitest';
import { IMAP4, Internaldate2tuple } from './index.ts';
import { ScriptedServer } from './scripted-server.ts';

test('signs in, selects, fetches, idles, appends and says goodbye', async () => {
  const server = new ScriptedServer({
    capabilities: 'IMAP4rev1 IDLE',
    answers: {
      FETCH: [
        '* 1 FETCH (INTERNALDATE "17-Jul-1996 02:44:25 -0700" BODY[] {5}\r\nhello)\r\n{tag} OK FETCH completed\r\n',
      ],
      IDLE: ['+ idling\r\n', '* 3 EXISTS\r\n{tag} OK IDLE completed\r\n'],
    },
  });
  const M = new IMAP4('', 143, { transport: server.transport });
  await M.login('user', 'pass');
  expect(await M.select()).toEqual(['OK', ['2']]);
  const [, data] = await M.fetch('1', '(INTERNALDATE BODY[])');
  const [line, literal] = data[0] as [string, Uint8Array];
  expect(Internaldate2tuple(line)).toEqual([1996, 7, 17, 9, 44, 25, 2, 199, 0]);
  expect(new TextDecoder().decode(literal)).toBe('hello');
  for await (const event of M.idle(0)) throw new Error(`nothing was to come, not ${event[0]}`);
  expect(await M.append(null, null, null, 'Subject: hello\n')).toEqual(['OK', ['APPEND completed']]);
  expect(await M.logout()).toEqual(['BYE', ['IMAP4ref1 Server logging out']]);
  expect(await M.closed).toBe(null);
});
