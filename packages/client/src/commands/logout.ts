// LOGOUT: the server says BYE, answers, and closes (RFC 3501 6.1.3).

import { command } from './command.ts';

export const logout = command<void, null, void>({
  name: 'LOGOUT',
  barrier: true,
  endsConnection: true,
  collect: { BYE: () => null },
  completed: ({ session }) => session.enter('logout'),
  result: () => {},
});
