// Which of the page's own panels are open.
import { signal } from '@preact/signals';

export type Panel = 'help' | 'source';

export const panel = signal<Panel | null>(null);
/** The drawer with the folders, on a phone. */
export const drawer = signal(false);
/** Asks the search box to take the keyboard. */
export const searchFocus = signal(0);
