import { storageBytes } from '../../checkpoint/storage-dtype';
import { codePointsOf, codebookOf, type Codebook } from './codebook';
import { codebookCodesShape, decodeCodebook, encodeCodebook, storedBits } from './codebook-rows';
import type { Cast, NumberFormat } from '../format';
import { littleEndian } from '../little-endian';
import { requireGranularity, scaleParts } from '../scaling';

/** What sets one codebook format apart from another. */
export interface CodebookDefinition extends Pick<NumberFormat, 'id' | 'title' | 'source' | 'options'> {
  readonly aliases?: readonly string[];
  /** 2 to 256 values, rounded to float32. Their places are the codes, so they need not ascend. */
  readonly codes: readonly number[];
  /** Columns that share a scale when a policy does not say. */
  readonly group: number;
  /** The values under the options of a cast, for a family of codebooks; `codes` are those of its defaults. */
  readonly codesFor?: (cast: Cast) => readonly number[];
}

/** A format made from a codebook, with the codebook that a cast of it uses. */
export interface CodebookFormat extends NumberFormat {
  codebookFor(cast: Cast): Codebook;
}

/**
 * A format that stores the number of the nearest value of a codebook. Each group of a row has the scale
 * amax / largest |code|; halfway between two values the lower one is taken, as bitsandbytes and the tables of
 * "Learning from Students" (arXiv 2405.03103) do. A codebook whose ends differ in magnitude so clips the group's
 * largest values on the smaller side; they are counted as saturated.
 *
 * Parts: codes of up to 4 bits as one little-endian bit string a row, the first element in the lowest bits, wider
 * ones one in a byte; scales; and the codebook in float32, so that a reader needs no table of formats.
 */
export function codebookFormat(definition: CodebookDefinition): CodebookFormat {
  const { id, title, source, aliases = [], options, group, codesFor } = definition;
  const standard = codebookOf(definition.codes, id);
  const codebookFor = (cast: Cast): Codebook => (codesFor ? codebookOf(codesFor(cast), id) : standard);
  const format: CodebookFormat = {
    id,
    aliases,
    title,
    family: 'codebook',
    bits: standard.bits,
    largest: standard.largest,
    codePoints: codePointsOf(standard),
    granularities: ['group', 'channel', 'tensor'],
    defaultScale: { kind: 'group', size: group },
    defaultScaleDtype: 'BF16',
    rounding: 'to the nearest code, a tie to the lower one',
    stochastic: false,
    ...(options && { options }),
    packed: storedBits(standard) < 8,
    source,
    codebookFor,

    parts(shape, cast) {
      requireGranularity(format, cast);
      const codes = codebookCodesShape(shape, standard);
      const entries = [standard.codes.length];
      return [
        { role: 'codes', dtype: 'U8', shape: codes, bytes: storageBytes('U8', codes) },
        ...scaleParts(shape, cast),
        { role: 'codebook', dtype: 'F32', shape: entries, bytes: storageBytes('F32', entries) },
      ];
    },

    constantPart(role, _, cast) {
      if (role !== 'codebook') return undefined;
      return littleEndian([...codebookFor(cast).codes], 4, (view, at, code) => view.setFloat32(at, code, true));
    },

    encodeRows: (values, matrix, cast, range) => encodeCodebook(values, matrix, cast, range, codebookFor(cast)),

    decodeRows: (encoded, matrix, cast) => decodeCodebook(encoded, matrix, cast, codebookFor(cast)),
  };
  return format;
}
