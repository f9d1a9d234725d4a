import { ACTIVATION_DTYPES } from '../../formats/activation-rounding';
import type { NumberFormat } from '../../formats/format';
import { anyOf } from '../nearest';
import type { DtypeChoice } from '../policy';
import type { Located } from '../range';
import { KEEP, readDtype } from './dtype';
import { reportContradictions } from './contradictions';
import type { Entries } from './mapping';
import { possibleOptions, readOptions } from './options';
import { reportError, wordOf, type Reader } from './reader';
import { printGranularity, readRound, readScale, readScaleDtype } from './scale';

/** Nothing asked for. */
export const NO_CHOICE: DtypeChoice = {
  dtype: undefined,
  scale: undefined,
  scaleDtype: undefined,
  round: undefined,
  overflow: undefined,
  options: [],
  activations: undefined,
};

/**
 * The keys that say how a tensor is stored, of a rule or of a default written as a mapping. What the format
 * can't do is an error and left out, so that the plan shows the format's own default there.
 */
export function readChoice(entries: Entries, reader: Reader): DtypeChoice {
  const choice: DtypeChoice = {
    dtype: readDtype(entries.value('dtype'), reader),
    scale: readScale(entries, reader),
    scaleDtype: readScaleDtype(entries.value('scale_dtype'), reader),
    round: readRound(entries.value('round'), reader),
    overflow: wordOf('overflow', entries.value('overflow'), ['saturate', 'ieee'], reader),
    options: readOptions(entries, reader),
    activations: wordOf('activations', entries.value('activations'), ACTIVATION_DTYPES, reader),
  };
  if (!choice.dtype) return choice;
  if (choice.dtype.value === KEEP) return keptWhole(choice, reader);
  const format = reader.formats.find(choice.dtype.value)?.format;
  if (!format) return choice;
  const taken = possible(choice, format, reader);
  reportContradictions(taken, format, reader);
  return taken;
}

function keptWhole(choice: DtypeChoice, reader: Reader): DtypeChoice {
  for (const part of [choice.scale, choice.scaleDtype, choice.round, choice.overflow, ...choice.options]) {
    if (part)
      reportError(
        reader,
        'bad-value',
        part.range,
        'keep leaves tensors as they are: it takes no scale, rounding or option',
      );
  }
  return { ...NO_CHOICE, dtype: choice.dtype, activations: choice.activations };
}

function possible(choice: DtypeChoice, format: NumberFormat, reader: Reader): DtypeChoice {
  /** `part`, or nothing and an error when the format can't do it. */
  const unless = <P extends Located<unknown>>(
    part: P | undefined,
    impossible: boolean,
    message: string,
  ): P | undefined => {
    if (!part || !impossible) return part;
    reportError(reader, 'bad-value', part.range, message);
    return undefined;
  };
  const { scale } = choice;
  const unscaled = format.granularities.every((kind) => kind === 'none');
  const kinds = format.granularities.map((kind) => ({ group: 'group N', block: 'block RxC' })[kind as string] ?? kind);
  return {
    dtype: choice.dtype,
    scale: unless(
      scale,
      scale !== undefined && !format.granularities.includes(scale.value.kind),
      unscaled
        ? `${format.id} has no scale; remove ${scale ? printGranularity(scale.value) : ''}`
        : `${format.id} can't have ${scale ? printGranularity(scale.value) : ''} as its scale; expected ${anyOf(kinds)}`,
    ),
    scaleDtype: unless(
      choice.scaleDtype,
      unscaled || (choice.scaleDtype !== undefined && format.scaleDtypes?.includes(choice.scaleDtype.value) === false),
      unscaled
        ? `${format.id} has no scale, so it takes no scale_dtype`
        : `${format.id} stores its scales in one dtype only; remove scale_dtype`,
    ),
    round: unless(
      choice.round,
      choice.round?.value.kind === 'stochastic' && !format.stochastic,
      `${format.id} can't be rounded stochastically; expected nearest`,
    ),
    overflow: unless(
      choice.overflow,
      choice.overflow?.value === 'ieee' && format.family !== 'float',
      `${format.id} has no infinity or NaN; expected saturate`,
    ),
    options: possibleOptions(choice.options, format, reader).filter((option) => {
      const byRun = option.name === 'rotate' || (option.name === 'fit' && option.value === 'mse');
      if (!byRun || (scale?.value ?? format.defaultScale).kind !== 'tensor') return true;
      const what = option.name === 'fit' ? 'fit: mse' : 'rotate';
      const message = `${what} needs scales of their own for runs of a row; give scale: channel or a group`;
      reportError(reader, 'bad-value', option.range, message);
      return false;
    }),
    activations: choice.activations,
  };
}
