// What a transcript must not show: passwords and the answers of a SASL exchange. They are found by their place in
// LOGIN and AUTHENTICATE; where a server repeats a password in its answer, by what it is.
import type { Segment } from './segments.ts';

export const MASK = '▮▮▮▮';

/** A line's text as it may be shown. */
export interface Shown {
  readonly text: string;
  /** The literal before the text is a secret. */
  readonly isLiteralSecret: boolean;
}

type Mode =
  | { readonly kind: 'line' }
  /** Within LOGIN: the next argument's number, 0 for the user. */
  | { readonly kind: 'login'; readonly argument: number }
  | { readonly kind: 'sasl'; readonly tag: string };

const line: Mode = { kind: 'line' };

/** Follows one connection and hides its secrets. */
export class Redaction {
  #mode: Mode = line;
  readonly #secrets: () => readonly string[];

  /** @param secrets passwords to look for in the server's words */
  constructor(secrets: () => readonly string[] = () => []) {
    this.#secrets = secrets;
  }

  /** A line of the client's. */
  client(segment: Segment): Shown {
    const shown = this.#client(segment);
    return { ...shown, text: this.#scrub(shown.text) };
  }

  /** A line of the server's. Its own words are searched for the password; mail is not. */
  server(text: string): string {
    const [tag = '', status = ''] = text.split(' ', 2);
    if (this.#mode.kind === 'sasl' && tag === this.#mode.tag) this.#mode = line;
    else if (this.#mode.kind === 'login' && tag !== '*' && tag !== '+') this.#mode = line;
    const isWords = tag !== '*' || /^(?:OK|NO|BAD|BYE|PREAUTH)$/i.test(status);
    return isWords ? this.#scrub(text) : text;
  }

  #client({ text, literal, announces }: Segment): Shown {
    if (this.#mode.kind === 'sasl') return { text: text === '*' ? text : MASK, isLiteralSecret: true };
    if (this.#mode.kind === 'login') {
      const { argument } = this.#mode;
      const isLiteralSecret = literal !== null && argument > 0;
      return { text: this.#login(text, argument + 1, announces), isLiteralSecret };
    }
    const command = /^(\s*)(\S+)(\s+)(\S+)(.*)$/s.exec(text);
    const [, margin = '', tag = '', gap = '', name = '', rest = ''] = command ?? [];
    const start = `${margin}${tag}${gap}${name}`;
    if (/^LOGIN$/i.test(name)) {
      return { text: `${start}${this.#login(rest, 0, announces)}`, isLiteralSecret: false };
    }
    if (/^AUTHENTICATE$/i.test(name)) {
      this.#mode = { kind: 'sasl', tag };
      const [, mechanism = '', response = ''] = /^(\s+\S+)(.*)$/s.exec(rest) ?? [];
      return {
        text: `${start}${mechanism}${response.trim() === '' ? '' : ` ${MASK}`}`,
        isLiteralSecret: false,
      };
    }
    return { text, isLiteralSecret: false };
  }

  /** The arguments of LOGIN from number `first` on; all but the user are hidden. */
  #login(rest: string, first: number, announces: number | null): string {
    let argument = first;
    let shown = '';
    for (const [, space = '', word = ''] of rest.matchAll(/(\s*)("(?:[^"\\]|\\.)*"|\{\d+\+?\}$|\S+)/gs)) {
      const isLiteral = announces !== null && /^\{\d+\+?\}$/.test(word);
      shown += space + (argument === 0 || isLiteral ? word : MASK);
      if (!isLiteral) argument += 1;
    }
    this.#mode = announces === null ? line : { kind: 'login', argument };
    return shown;
  }

  #scrub(text: string): string {
    return scrub(text, this.#secrets());
  }
}

/** Hides each secret wherever it stands; those of less than four characters are words like any other. */
export function scrub(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    for (const form of [secret, secret.replaceAll(/["\\]/g, '\\$&'), base64(secret)]) {
      clean = clean.replaceAll(form, MASK);
    }
  }
  return clean;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
