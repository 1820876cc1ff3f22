// imaplib's connection with one thing more: any command, sent as it was typed, whatever the state. What the server
// says to that is what a person at the console wants to know.
import { IMAP4, type IMAP4Options } from '@imaplib/client/imaplib';
import { piecesOf, type TypedCommand } from './command-line.ts';

export class RawIMAP4 extends IMAP4 {
  #isTyped = false;

  constructor(options: IMAP4Options) {
    super('', null, options);
  }

  /**
   * Sends a typed command. NO and BAD are answers like any other.
   *
   * @throws abort where the connection is lost
   */
  typed(command: TypedCommand, literals: readonly Uint8Array[]): Promise<void> {
    const pieces = piecesOf(command, literals);
    return this.turn(async () => {
      this.#isTyped = true;
      // Read-only or not is the server's business here.
      this.is_readonly = true;
      try {
        const [typ] = await this.run(command.name, pieces.length === 0 ? [] : [() => pieces]);
        this.#follow(command.name, typ === 'OK');
      } catch (reason) {
        if (!(reason instanceof this.error) || reason instanceof this.abort) throw reason;
        this.#follow(command.name, false);
      } finally {
        this.#isTyped = false;
        this.untagged_responses.clear();
      }
    });
  }

  protected override checkState(name: string): void {
    if (!this.#isTyped) super.checkState(name);
  }

  /** What a command does to the state (RFC 3501 section 3). */
  #follow(name: string, isOk: boolean): void {
    const wasIn = this.state;
    if (name === 'SELECT' || name === 'EXAMINE') {
      if (isOk) this.enterState('SELECTED');
      else if (wasIn === 'SELECTED') this.enterState('AUTH');
    }
    if (!isOk) return;
    if (name === 'CLOSE' || name === 'UNSELECT') this.enterState('AUTH');
    if (name === 'UNAUTHENTICATE') this.enterState('NONAUTH');
  }
}
