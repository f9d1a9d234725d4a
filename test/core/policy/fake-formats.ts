import type { StorageDtype } from '../../../extension/core/checkpoint/storage-dtype';
import { elementCount, storageBytes } from '../../../extension/core/checkpoint/storage-dtype';
import type { Cast, NumberFormat, Part } from '../../../extension/core/formats/format';
import type { FormatTable } from '../../../extension/core/formats/format-table';

type Sketch = Pick<
  NumberFormat,
  'id' | 'aliases' | 'family' | 'bits' | 'granularities' | 'defaultScale' | 'flattened'
> & {
  readonly codes: StorageDtype;
};

const SCALED = ['tensor', 'channel', 'group'] as const;

const SKETCHES: readonly Sketch[] = [
  plain('fp32', ['float32', 'f32'], 'F32'),
  plain('bf16', ['bfloat16'], 'BF16'),
  plain('fp16', ['float16', 'half', 'f16'], 'F16'),
  {
    id: 'fp8_e4m3',
    aliases: ['float8_e4m3fn', 'f8_e4m3'],
    family: 'float',
    bits: 8,
    granularities: ['channel', 'tensor', 'none', 'block'],
    defaultScale: { kind: 'channel' },
    codes: 'F8_E4M3',
  },
  {
    id: 'int8',
    aliases: ['i8'],
    family: 'integer',
    bits: 8,
    granularities: SCALED,
    defaultScale: { kind: 'channel' },
    codes: 'I8',
  },
  {
    id: 'int4',
    aliases: ['i4'],
    family: 'integer',
    bits: 4,
    granularities: ['group', 'channel'],
    defaultScale: { kind: 'group', size: 128 },
    codes: 'I32',
  },
  {
    id: 'nf4',
    aliases: [],
    family: 'codebook',
    bits: 4,
    granularities: ['group'],
    defaultScale: { kind: 'group', size: 64 },
    flattened: true,
    codes: 'U8',
  },
];

function plain(id: string, aliases: readonly string[], codes: StorageDtype): Sketch {
  const bits = codes === 'F32' ? 32 : 16;
  return { id, aliases, family: 'float', bits, granularities: ['none'], defaultScale: { kind: 'none' }, codes };
}

/** Formats that know their sizes and nothing else: enough to read policies and to make plans. */
export const FAKE_FORMATS: FormatTable = {
  find(name) {
    const sketch = SKETCHES.find(({ id, aliases }) => id === name || aliases.includes(name));
    return sketch && { format: asFormat(sketch), canonical: sketch.id === name };
  },
  ids: () => SKETCHES.map(({ id }) => id),
};

/** Of the floats that overflow. */
const LARGEST: Readonly<Record<string, number>> = { fp32: 3.4e38, bf16: 3.39e38, fp16: 65504, fp8_e4m3: 448 };

function asFormat(sketch: Sketch): NumberFormat {
  const { codes, ...format } = sketch;
  return {
    ...format,
    title: sketch.id,
    largest: LARGEST[sketch.id] ?? 1,
    codePoints: undefined,
    defaultScaleDtype: 'F32',
    stochastic: sketch.family === 'integer',
    source: 'made up for tests',
    parts: (shape, cast) => partsOf(codes, sketch.bits, shape, cast),
    encodeRows: unused,
    decodeRows: unused,
  };
}

function unused(): never {
  throw new Error('a fake format casts nothing');
}

function partsOf(
  dtype: StorageDtype,
  bits: number,
  shape: readonly number[],
  { scale, scaleDtype }: Cast,
): readonly Part[] {
  const columns = shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : elementCount(shape) / columns;
  const codes: Part = { role: 'codes', dtype, shape, bytes: Math.ceil((elementCount(shape) * bits) / 8) };
  const scales = { none: 0, tensor: 1, channel: rows, group: 0, block: 0 }[scale.kind];
  const count =
    scale.kind === 'group'
      ? Math.ceil((rows * columns) / scale.size)
      : scale.kind === 'block'
        ? (rows / scale.rows) * (columns / scale.columns)
        : scales;
  if (count === 0) return [codes];
  return [codes, { role: 'scale', dtype: scaleDtype, shape: [count], bytes: storageBytes(scaleDtype, [count]) }];
}
