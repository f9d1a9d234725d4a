import type { NumberFormat } from '../core/formats/format';
import { BUILT_IN_FORMATS } from '../core/formats/registry';
import { anyOf } from '../core/policy/nearest';
import { nearestDtypes } from '../core/policy/nearest-dtypes';
import { CommandError, EXIT } from './exit-code';

/** A number format by its id or an alias; what is none is wrong use, told with the nearest ones. */
export function requireFormat(id: string): NumberFormat {
  const found = BUILT_IN_FORMATS.find(id);
  if (found) return found.format;
  const meant = nearestDtypes(id, BUILT_IN_FORMATS);
  const advice = meant.length > 0 ? `did you mean ${anyOf(meant)}?` : '"downcast formats" lists them';
  throw new CommandError(`"${id}" is not a number format; ${advice}`, EXIT.wrongUse);
}
