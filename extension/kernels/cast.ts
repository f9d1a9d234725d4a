import type { CastErrorSums } from '../core/analysis/cast-error';
import { NO_VALUES, type ValueRange } from '../core/analysis/value-range';
import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { PartRole } from '../core/formats/format';
import { rowUnit } from '../core/formats/row-unit';
import { packScales } from '../core/formats/scaling';
import { isSourceDtype, sourceElements, type SourceDtype } from '../core/formats/floats/source-floats';
import type { CastExports } from './cast-abi';
import type { CastKernels } from './cast-kernels';
import { castMemory } from './cast-memory';
import { jobFormat, referenceKernels } from './cast-reference';
import { castSteps } from './cast-steps';
import { decodingBlocks } from './decoding-blocks';
import { ggmlSource } from './ggml-source';
import { PROFILE_BYTES, PROFILE_TILE, profileSums } from './profile';

/** Elements worked on at a time: small enough that source, cast and codes of a tile stay in a core's cache. */
const TILE = 16384;

/** Bytes of the results of `tensorRange` (48), or of `measureRows` (36) and, at 40, the saturated count. */
const SUMS = 48;
const SATURATED = 40;

/**
 * The wasm kernels over a compiled cast module, each with a memory of its own. A job is worked through in tiles of
 * whole rows, so memory is bounded by a tile or one row, whatever the job's size.
 */
export function instantiateCastKernels(module: WebAssembly.Module): CastKernels {
  const wasmMemory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const instance = new WebAssembly.Instance(module, { env: { memory: wasmMemory } });
  const kernels = instance.exports as unknown as CastExports;
  const sums = Math.ceil(kernels.heapBase() / 16) * 16;
  const memory = castMemory(wasmMemory, sums + SUMS);

  const plain: CastKernels = {
    range(dtype, bytes) {
      const elements = sourceElements(dtype, bytes.byteLength);
      memory.bytes(sums, SUMS).fill(0);
      memory.view(sums, SUMS).setFloat32(0, Infinity, true);
      memory.view(sums, SUMS).setFloat32(4, -Infinity, true);
      const size = STORAGE_BITS[dtype] / 8;
      for (let start = 0; start < elements; start += TILE) {
        const count = Math.min(TILE, elements - start);
        const [source, wide] = memory.layOut([count * size, dtype === 'F32' ? 0 : count * 4]) as [number, number];
        memory.bytes(source, count * size).set(bytes.subarray(start * size, (start + count) * size));
        kernels.tensorRange(widen(kernels, dtype as SourceDtype, source, wide, count), count, sums);
      }
      return rangeAt(memory.view(sums, SUMS), elements);
    },

    profile(dtype, bytes) {
      const elements = sourceElements(dtype, bytes.byteLength);
      const size = STORAGE_BITS[dtype] / 8;
      const sizes = [PROFILE_BYTES, PROFILE_TILE * size, PROFILE_TILE * 4];
      const [address, source, wide] = memory.layOut(sizes) as [number, number, number];
      const total = profileSums(kernels, memory, address);
      for (let start = 0; start < elements; start += PROFILE_TILE) {
        const count = Math.min(PROFILE_TILE, elements - start);
        memory.bytes(source, count * size).set(bytes.subarray(start * size, (start + count) * size));
        total.add(widen(kernels, dtype as SourceDtype, source, wide, count), count);
      }
      return total.finish();
    },

    columns(dtype, bytes, columns) {
      const elements = sourceElements(dtype, bytes.byteLength);
      const size = STORAGE_BITS[dtype] / 8;
      const rows = elements / columns;
      const tileRows = Math.max(1, Math.floor(TILE / columns));
      const tileBytes = tileRows * columns * 4;
      const [min, max, source, wide] = memory.layOut([
        columns * 4,
        columns * 4,
        tileRows * columns * size,
        dtype === 'F32' ? 0 : tileBytes,
      ]) as [number, number, number, number];
      const floats = (at: number): Float32Array => new Float32Array(memory.bytes(at, 0).buffer, at, columns);
      floats(min).fill(Infinity);
      floats(max).fill(-Infinity);
      for (let row = 0; row < rows; row += tileRows) {
        const count = Math.min(tileRows, rows - row);
        const from = row * columns * size;
        memory.bytes(source, count * columns * size).set(bytes.subarray(from, from + count * columns * size));
        const values = widen(kernels, dtype as SourceDtype, source, wide, count * columns);
        kernels.columnRanges(values, count, columns, min, max);
      }
      // Adding zero turns -0 into 0.
      return { min: floats(min).map((value) => value + 0), max: floats(max).map((value) => value + 0) };
    },

    cast(job) {
      const { dtype, bytes, matrix, cast } = job;
      const format = jobFormat(job);
      // Nothing to cast: what remains are the scales of empty rows.
      const steps = castSteps(kernels, job);
      if (!steps || bytes.byteLength === 0 || !isSourceDtype(dtype)) return referenceKernels.cast(job);
      const { rows, columns } = matrix;
      const parts = format.parts([rows, columns], cast);
      const partBytes = (role: 'codes' | 'scale'): number => parts.find((part) => part.role === role)?.bytes ?? 0;
      const codes = new Uint8Array(partBytes('codes'));
      const scales = new Uint8Array(cast.scale.kind === 'tensor' ? 0 : partBytes('scale'));
      const decoded = job.decode ? new Float32Array(rows * columns) : undefined;
      const size = STORAGE_BITS[dtype] / 8;
      const unit = rowUnit(cast, columns);
      const tileRows = Math.max(unit, Math.floor(TILE / columns / unit) * unit);

      memory.bytes(sums, SUMS).fill(0);
      const others = new Map<PartRole, readonly Uint8Array<ArrayBuffer>[]>();
      let codesDone = 0;
      let scalesDone = 0;
      for (let row = 0; row < rows; row += tileRows) {
        const tile = { rows: Math.min(tileRows, rows - row), columns };
        const first = row * columns;
        const count = tile.rows * columns;
        const sizes = steps.sizes(tile);
        const [source, wide, back, scratch, codesAt, scalesAt, more] = memory.layOut([
          count * size,
          dtype === 'F32' ? 0 : count * 4,
          count * 4,
          sizes.scratch,
          sizes.codes,
          sizes.scales,
          sizes.more ?? 0,
        ]) as [number, number, number, number, number, number, number];
        memory.bytes(source, count * size).set(bytes.subarray(first * size, (first + count) * size));
        const values = widen(kernels, dtype, source, wide, count);
        const at = { values, back, scratch, codes: codesAt, scales: scalesAt, more, saturated: sums + SATURATED };
        steps.encode(at, tile, job.firstElement + first);
        steps.decode(at, tile);
        kernels.measureRows(values, back, tile.rows, columns, sums);
        codes.set(memory.bytes(codesAt, sizes.codes), codesDone);
        scales.set(memory.bytes(scalesAt, sizes.scales), scalesDone);
        decoded?.set(new Float32Array(memory.bytes(back, 0).buffer, back, count), first);
        for (const [role, part] of steps.more?.(memory.bytes(more, sizes.more ?? 0), tile) ?? []) {
          others.set(role, [...(others.get(role) ?? []), part]);
        }
        codesDone += sizes.codes;
        scalesDone += sizes.scales;
      }

      const out = memory.view(sums, SUMS);
      const counts = { saturated: out.getUint32(SATURATED, true), flushed: out.getUint32(24, true) };
      const stored = steps.fixedScale === undefined ? scales : packScales([steps.fixedScale], cast.scaleDtype);
      return {
        encoded: {
          codes,
          scales: stored,
          ...(others.size > 0 && { more: new Map([...others].map(([role, pieces]) => [role, joined(pieces)])) }),
          ...counts,
        },
        errors: errorsAt(out, rows * columns, counts),
        decoded,
        nan: out.getUint32(28, true),
        infinite: out.getUint32(32, true),
      };
    },
  };
  return decodingBlocks(plain, ggmlSource(kernels, memory));
}

/** Address of the values in float32: `wide`, or the source itself. */
function widen(kernels: CastExports, dtype: SourceDtype, source: number, wide: number, count: number): number {
  switch (dtype) {
    case 'F32':
      return source;
    case 'F64':
      kernels.widenF64(source, wide, count);
      return wide;
    case 'BF16':
      kernels.widenBf16(source, wide, count);
      return wide;
    case 'F16':
      kernels.widenFp16(source, wide, count);
      return wide;
    case 'F8_E4M3':
      kernels.widenE4m3(source, wide, count);
      return wide;
    case 'F8_E5M2':
      kernels.widenE5m2(source, wide, count);
      return wide;
  }
}

function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function rangeAt(out: DataView, elements: number): ValueRange {
  const counts = { nan: out.getUint32(8, true), infinite: out.getUint32(12, true) };
  const finite = elements - counts.nan - counts.infinite;
  if (finite === 0) return { ...NO_VALUES, ...counts };
  // Adding zero turns -0 into 0.
  const min = out.getFloat32(0, true) + 0;
  const max = out.getFloat32(4, true) + 0;
  const sum = (lane: number): number => out.getFloat64(16 + lane * 8, true);
  const magnitudes = sum(0) + sum(2) + (sum(1) + sum(3));
  return { min, max, amax: Math.max(Math.abs(min), Math.abs(max)), ...counts, finite, magnitudes };
}

function errorsAt(
  out: DataView,
  elements: number,
  counts: Pick<CastErrorSums, 'saturated' | 'flushed'>,
): CastErrorSums {
  return {
    elements,
    signal: out.getFloat64(0, true),
    noise: out.getFloat64(8, true),
    maxAbsolute: out.getFloat64(16, true),
    ...counts,
  };
}
