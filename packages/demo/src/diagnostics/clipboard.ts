// Text to the clipboard, with a word on how that went.
import { words } from '../mail/problem.ts';
import { toasts } from '../mail/toasts.ts';

/** Copies the text, and says so. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    // Browsers have no clipboard on pages that came over plain HTTP from elsewhere.
    if (!isSecureContext) throw new Error('this page was not loaded over HTTPS. Save it as a file instead.');
    await navigator.clipboard.writeText(text);
    toasts.done(done);
  } catch (error) {
    toasts.bad(`That could not be copied: ${words(error)}`);
  }
}
