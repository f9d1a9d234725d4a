/** Stands for a number that JSON has no word for until the text is made; no config holds a zero byte. */
const MARK = '\u0000';
const MARKED = /"\\u0000(NaN|-?Infinity)"/g;

/**
 * Text of a `config.json`. Infinities and NaN, which `parseModelConfig` takes, are written as Python does;
 * JSON.stringify would silently make them null, and Mamba layers' `time_step_limit` would be lost.
 */
export function encodeConfig(config: Readonly<Record<string, unknown>>): string {
  const mark = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? `${MARK}${value}` : value;
  return `${JSON.stringify(config, mark, 2).replace(MARKED, '$1')}\n`;
}
