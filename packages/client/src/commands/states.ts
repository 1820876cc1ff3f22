// Where commands are legal (RFC 3501 6.2 to 6.4).

import type { SessionState } from '../session/request.ts';

export const notAuthenticated: readonly SessionState[] = ['notAuthenticated'];
export const authenticated: readonly SessionState[] = ['authenticated', 'selected'];
export const selected: readonly SessionState[] = ['selected'];
