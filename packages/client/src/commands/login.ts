// LOGIN: user and password as they are (RFC 3501 6.2.3).
//
//   login = "LOGIN" SP userid SP password

import { command } from './command.ts';
import { notAuthenticated } from './states.ts';

export const login = command<{ readonly user: string; readonly pass: string }, never, void>({
  name: 'LOGIN',
  states: notAuthenticated,
  barrier: true,
  send: (out, { user, pass }) => out.astring(user).secret(pass),
  completed: ({ session }) => session.enter('authenticated'),
  result: () => {},
});
