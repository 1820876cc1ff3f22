// A literal: its size, and its text for whoever wants to see it.
import { plural } from '../../mail/format.ts';
import type { ShownLiteral } from '../transcript.ts';

export function LiteralText({ of }: { of: ShownLiteral }) {
  if (of.text === null) return <p class="muted">A secret, which is not kept.</p>;
  return (
    <details class="literal">
      <summary>
        Literal, {plural(of.size, 'octet')}
        {of.text.length < of.size && of.size > 16_384 && ' (its beginning)'}
      </summary>
      <pre>{of.text}</pre>
    </details>
  );
}
