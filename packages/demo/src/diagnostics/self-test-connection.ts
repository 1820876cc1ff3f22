// The self-test's connection: where the server is reached in plain, it is encrypted before anybody signs in.
import type { Connect } from '@imaplib/client';
import { IMAP4 } from '@imaplib/client/imaplib';
import { trace } from './commands.ts';

export class SelfTestIMAP4 extends IMAP4 {
  readonly #needsTls: boolean;

  constructor(transport: Connect, needsTls: boolean) {
    super('', null, { transport, timeout: 30, trace });
    this.#needsTls = needsTls;
  }

  override async login(...account: Parameters<IMAP4['login']>): ReturnType<IMAP4['login']> {
    await this.ready;
    if (this.#needsTls && !this.isSecure) await this.starttls();
    return super.login(...account);
  }
}
