import type { NumberFormat } from '../../formats/format';
import { finding } from '../finding';
import type { CastOptionChoice, DtypeChoice } from '../policy';
import type { TextRange } from '../range';
import type { Reader } from './reader';

/** Keys of one choice of which one leaves the other without effect. */
export function reportContradictions(choice: DtypeChoice, format: NumberFormat, reader: Reader): void {
  const option = (name: CastOptionChoice['name']): CastOptionChoice | undefined =>
    choice.options.find((each) => each.name === name);
  const tell = (range: TextRange, message: string): void =>
    reader.report(finding('contradictory', 'warning', range, message));
  const scale = choice.scale?.value ?? format.defaultScale;
  if (scale.kind === 'none') {
    if (choice.scaleDtype)
      tell(choice.scaleDtype.range, `without a scale, scale_dtype has no effect; give ${format.id} a scale`);
    const fit = option('fit');
    if (fit) tell(fit.range, `without a scale there is nothing to fit; give ${format.id} a scale`);
  } else if (choice.overflow?.value === 'ieee') {
    tell(
      choice.overflow.range,
      'a scale maps the largest value onto the largest code, so nothing overflows; overflow has no effect',
    );
  }
  const narrow = option('narrow');
  if (narrow && option('symmetric')?.value === false) {
    tell(narrow.range, 'narrow is about symmetric codes; with symmetric: false it has no effect');
  }
  const via = option('via');
  const wider = via && reader.formats.find(String(via.value))?.format;
  if (wider && wider.bits <= format.bits) {
    tell(via.range, `codes of ${format.id} can't be derived from ${wider.id}, which is no wider; name a wider integer`);
  }
}
