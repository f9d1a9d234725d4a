import { NO_ERROR, addErrors, relativeError, sqnr, type CastErrorSums } from '../core/analysis/cast-error';
import type { ComparableCast } from '../core/analysis/comparable-casts';
import { standardDeviation } from '../core/analysis/moments';
import { wasserstein } from '../core/analysis/wasserstein';
import type { TensorTree, TreeTensor } from '../core/checkpoint/tensor';
import type { Cast } from '../core/formats/format';
import { sourceFloats } from '../core/formats/floats/source-floats';
import { divides } from '../core/resolve/treatment';
import { castTensor, type CastSource, type TensorCast } from './cast-tensor';
import { fusedRange } from './fused-range';
import { measureOn, readSample } from './measure-sample';
import { profileTensor } from './profile-tensor';
import { Cancelled, type Progress } from './progress';

/** What a format costs all tensors together. */
export interface ComparedFormat {
  readonly compared: ComparableCast;
  /** Of these tensors as stored: scales and all. */
  readonly bitsPerWeight: number;
  /** ||x - cast x|| / ||x|| over all values of all tensors. */
  readonly relativeError: number;
  /** In dB. */
  readonly sqnr: number;
  /**
   * Wasserstein-1 distance between the values before and after, in standard deviations of their tensor: the mean over
   * the tensors, weighted by elements. On a sample of each.
   */
  readonly wasserstein: number;
  /** Tensors that the format can't be used on: its group does not divide their rows. They count nowhere. */
  readonly left: readonly string[];
}

export interface CompareRequest {
  readonly source: CastSource;
  readonly tree: TensorTree;
  /** Of the tree. */
  readonly tensors: readonly TreeTensor[];
  readonly casts: readonly ComparableCast[];
  /** Elements of a tensor whose values are sorted for the Wasserstein distance. */
  readonly sample: number;
  readonly signal?: AbortSignal;
}

interface Sums {
  errors: CastErrorSums;
  bytes: number;
  elements: number;
  distance: number;
  readonly left: string[];
}

/** Casts all tensors with each format, in memory, and measures the errors. Tensors are read once a format. */
export async function* compareFormats(
  request: CompareRequest,
): AsyncGenerator<Progress, readonly ComparedFormat[], undefined> {
  const { tree, tensors, casts, signal } = request;
  const compared = new Set(tensors);
  const source = {
    ...request.source,
    fusedRange: fusedRange(tree, (each) => (compared.has(each) ? 'any' : undefined)),
  };
  const sums = casts.map((): Sums => ({ errors: NO_ERROR, bytes: 0, elements: 0, distance: 0, left: [] }));
  const total = tensors.reduce((sum, { bytes }) => sum + bytes, 0) * casts.length;
  let done = 0;
  for (const tensor of tensors) {
    const profile = await profileTensor(source, tensor, signal);
    const deviation = standardDeviation(profile.moments);
    const sample = await readSample(source, tensor, profile, request.sample, signal);
    const before = sourceFloats(sample.dtype, sample.bytes);
    for (const [at, { cast, format }] of casts.entries()) {
      if (signal?.aborted) throw new Cancelled();
      yield { phase: 'comparing', done, total, unit: 'bytes', detail: `${tensor.name} as ${format.id}` };
      done += tensor.bytes;
      const sum = sums[at]!;
      if (!divides(cast, tensor.shape, format)) {
        sum.left.push(tensor.name);
        continue;
      }
      const { errors, range } = await castOf(source, tensor, cast, signal);
      const { decoded } = await measureOn({ ...sample, range }, cast, source.pool, signal, true);
      sum.errors = addErrors(sum.errors, errors);
      sum.elements += errors.elements;
      sum.bytes += format.parts(tensor.shape, cast, tensor.dtype).reduce((bytes, part) => bytes + part.bytes, 0);
      if (deviation > 0) sum.distance += (wasserstein(before, decoded!) / deviation) * errors.elements;
    }
  }
  return casts.map((comparable, at): ComparedFormat => {
    const { errors, bytes, elements, distance, left } = sums[at]!;
    return {
      compared: comparable,
      bitsPerWeight: (bytes * 8) / elements,
      relativeError: relativeError(errors),
      sqnr: sqnr(errors),
      wasserstein: distance / elements,
      left,
    };
  });
}

/** What all of a tensor costs, and what its cast needed to know of all of it: a sample is cast with that too. */
async function castOf(
  source: CastSource,
  tensor: TreeTensor,
  cast: Cast,
  signal: AbortSignal | undefined,
): Promise<TensorCast> {
  const runs = castTensor(source, tensor, cast, { decode: false, ...(signal && { signal }) });
  for (;;) {
    const next = await runs.next();
    if (next.done) return next.value;
  }
}
