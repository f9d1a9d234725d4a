import { definedFormat } from './defined-format';
import type { Cast, NumberFormat } from './format';
import { withOutliers } from './outliers';
import { FORMATS } from './registry';
import { rotated } from './rotated';

/** The format that a cast asks for, with what its options wrap around it. Throws when there is none. */
export function formatOf(cast: Cast): NumberFormat {
  const format = cast.definition ? definedFormat(cast.format, cast.definition) : FORMATS.get(cast.format);
  if (!format) throw new Error(`"${cast.format}" is no number format`);
  const inner = cast.rotate === undefined ? format : rotated(format, cast.rotate);
  return cast.outliers === undefined ? inner : withOutliers(inner, cast.outliers);
}
