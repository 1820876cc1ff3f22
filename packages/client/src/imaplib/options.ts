// The options object that may stand behind a list of positional arguments.

/** An object that is neither text, bytes, null, a list nor a function. */
type Plain<Options> = Options & { readonly length?: never };

/** Splits what a caller has given into positional arguments and the options behind them. */
export function splitOptions<Value, Options extends object>(
  args: readonly (Value | Plain<Options>)[],
): readonly [values: readonly Value[], options: Partial<Options>] {
  const last = args.at(-1);
  const isOptions =
    typeof last === 'object' && last !== null && !Array.isArray(last) && !(last instanceof Uint8Array);
  return isOptions ? [args.slice(0, -1) as Value[], last] : [args as Value[], {}];
}
