// The debug log: lines for whoever looks over the connection's shoulder, and the last ones kept for afterwards.

const KEPT = 10;

/** Writes what a debug level lets through; keeps the last lines of the wire below level 4. */
export class DebugLog {
  /** 0 nothing, 1 refusals, 3 capabilities, 4 every line, 5 every change of what the server has sent. */
  level: number;
  readonly #write: (line: string) => void;
  readonly #kept: { readonly at: Date; readonly line: string }[] = [];

  constructor(level: number, write: (line: string) => void) {
    this.level = level;
    this.#write = write;
  }

  /** A line for the levels from `level` on; built only where it is wanted. */
  note(level: number, line: () => string): void {
    if (this.level >= level) this.message(line());
  }

  /** A line of the wire: shown from level 4 on, below that kept for {@link print}. */
  wire(line: string): void {
    if (this.level >= 4) {
      this.message(line);
      return;
    }
    this.#kept.push({ at: new Date(), line });
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  message(line: string, at = new Date()): void {
    const hundredths = two(Math.floor(at.getMilliseconds() / 10));
    this.#write(`  ${two(at.getMinutes())}:${two(at.getSeconds())}.${hundredths} ${line}`);
  }

  /** Writes the lines that were kept. */
  print(): void {
    this.message(`last ${this.#kept.length} IMAP4 interactions:`);
    for (const { at, line } of this.#kept) this.message(line, at);
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
