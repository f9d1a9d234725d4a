import type { Cast, NumberFormat } from './format';
import { FORMATS } from './registry';

/** The format that a cast asks for. Throws when there is none. */
export function formatOf(cast: Cast): NumberFormat {
  const format = FORMATS.get(cast.format);
  if (!format) throw new Error(`"${cast.format}" is no number format`);
  return format;
}
