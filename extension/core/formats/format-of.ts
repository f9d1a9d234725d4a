import type { CastOptions } from './cast-options';
import { definedFormat } from './defined-format';
import type { Cast, NumberFormat } from './format';
import { withOutliers } from './outliers';
import { FORMATS } from './registry';
import { rotated } from './rotated';

/** The format that a cast asks for, with what its options wrap around it. Throws when there is none. */
export function formatOf(cast: Cast): NumberFormat {
  const format = cast.definition ? definedFormat(cast.format, cast.definition) : FORMATS.get(cast.format);
  if (!format) throw new Error(`"${cast.format}" is no number format`);
  return withOptions(format, cast);
}

/** A format with what the options of a cast wrap around it. */
export function withOptions(format: NumberFormat, { rotate, outliers }: CastOptions): NumberFormat {
  const inner = rotate === undefined ? format : rotated(format, rotate);
  return outliers === undefined ? inner : withOutliers(inner, outliers);
}
