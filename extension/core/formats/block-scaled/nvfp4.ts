import { storageBytes } from '../../checkpoint/storage-dtype';
import { E2M1_LAYOUT, E4M3_LAYOUT, decodeFloat, encodeFloat } from '../floats/float-codes';
import { floatBits } from '../floats/float-bits';
import type { EncodedRows, NumberFormat, TensorRange } from '../format';
import { littleEndian } from '../little-endian';
import { decodeBlocks, encodeBlocks } from './mx-blocks';
import { floatElement } from './mx-elements';
import { packedRowBytes } from './mx-packing';
import { nvfp4BlockScale, nvfp4GlobalScale } from './nvfp4-scales';
import { requireGranularity, runAmax, scaleParts, unpackScales } from '../scaling';

const ELEMENT = floatElement(E2M1_LAYOUT);

/** E4M3 codes that `fit: mse` tries on either side: from clipping a third off to amax on 3.6 instead of 6. */
const NEIGHBOURS = 6;

/** The scale that an amax asks for, then its neighbours in E4M3, the nearest first. */
function scaleCandidates(scale: number): readonly number[] {
  const { code } = encodeFloat(floatBits(scale), E4M3_LAYOUT, 'saturate');
  const near = Array.from({ length: NEIGHBOURS }, (_, at) => [code + at + 1, code - at - 1]).flat();
  return [code, ...near]
    .filter((each) => each > 0 && each <= E4M3_LAYOUT.largestCode)
    .map((each) => decodeFloat(each, E4M3_LAYOUT));
}

/** The tensor's global scale: the stored one, or what its range says. */
function globalScaleOf(more: EncodedRows['more'], range: TensorRange | undefined): number {
  const stored = more?.get('global-scale');
  if (stored) return new DataView(stored.buffer, stored.byteOffset).getFloat32(0, true);
  if (range) return nvfp4GlobalScale(range.amax);
  throw new Error('nvfp4 can only be decoded with its global scale, or with the range of the tensor it comes from');
}

/**
 * NVFP4: E2M1 elements, one E4M3 scale for 16 columns and one float32 scale for the tensor, byte for byte as
 * compressed-tensors' `nvfp4-pack-quantized`: an element is x / (block scale / global scale), every step in float32.
 * Tensors that loaders join have one global scale: `fusedCompanions`. -0 keeps its sign, which compressed-tensors drops.
 * `fit: mse` tries the scales next to the one of amax too.
 */
export const nvfp4: NumberFormat = {
  id: 'nvfp4',
  aliases: ['nv_fp4', 'nvfp4_e2m1'],
  title: '4-bit float 1-2-1, an E4M3 scale for 16 columns, a float32 one for all',
  family: 'block',
  bits: ELEMENT.bits,
  largest: ELEMENT.largest,
  codePoints: ELEMENT.codePoints,
  granularities: ['group'],
  defaultScale: { kind: 'group', size: 16 },
  defaultScaleDtype: 'F8_E4M3',
  scaleDtypes: ['F8_E4M3'],
  stochastic: true,
  options: ['fit', 'rotate'],
  packed: true,
  needsRange: true,
  source: 'NVIDIA, Introducing NVFP4 (2025); scales and packing of compressed-tensors nvfp4-pack-quantized',

  parts(shape, cast) {
    requireGranularity(nvfp4, cast);
    const packed = [...shape.slice(0, -1), packedRowBytes(shape.at(-1) ?? 1, ELEMENT.bits)];
    return [
      { role: 'codes', dtype: 'U8', shape: packed, bytes: storageBytes('U8', packed) },
      ...scaleParts(shape, cast),
      { role: 'global-scale', dtype: 'F32', shape: [1], bytes: 4 },
    ];
  },

  constantPart(role, { range }) {
    if (role !== 'global-scale') return undefined;
    return littleEndian([nvfp4GlobalScale(range.amax)], 4, (view, at, scale) => view.setFloat32(at, scale, true));
  },

  encodeRows(values, matrix, cast, range, firstElement = 0) {
    const globalScale = nvfp4GlobalScale(range.amax);
    return encodeBlocks(
      values,
      matrix,
      cast,
      ELEMENT,
      {
        candidates: (run) => scaleCandidates(nvfp4BlockScale(runAmax(values, run), globalScale)),
        factor: (stored) => Math.fround(stored / globalScale),
      },
      firstElement,
    );
  },

  decodeRows({ codes, scales, more }, matrix, cast, range) {
    const globalScale = globalScaleOf(more, range);
    const stored = unpackScales(scales, 'F8_E4M3');
    return decodeBlocks(codes, stored, matrix, cast, ELEMENT, (scale) => Math.fround(scale / globalScale));
  },
};
