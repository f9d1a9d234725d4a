import { bestByWidth, formatError, type FormatError } from '../core/analysis/best-formats';
import type { ComparableCast } from '../core/analysis/comparable-casts';
import { needsValues, tensorStatistics, type TensorStatistics } from '../core/analysis/tensor-statistics';
import type { ValueProfile } from '../core/analysis/value-profile';
import type { TreeTensor } from '../core/checkpoint/tensor';
import { matrixShape } from '../core/formats/matrix';
import { hasValues, sourceFloats } from '../core/formats/floats/source-floats';
import { divides } from '../core/resolve/treatment';
import type { CastSource } from './cast-tensor';
import { measureOn, readSample } from './measure-sample';
import { profileTensor } from './profile-tensor';
import { Cancelled, type Progress } from './progress';

/** One tensor with its values in figures. */
export interface SurveyedTensor {
  readonly tensor: TreeTensor;
  readonly statistics: TensorStatistics;
  /** Best format of each width, for matrices. Measured on `sampled` elements. */
  readonly best: readonly FormatError[];
  readonly sampled: number;
}

export interface SurveyRequest {
  readonly source: CastSource;
  readonly tensors: readonly TreeTensor[];
  /** Formats that compete; those whose group does not divide a tensor's rows sit out there. */
  readonly casts: readonly ComparableCast[];
  /** Elements of a tensor that formats are tried on; statistics are always of all. */
  readonly sample: number;
  readonly signal?: AbortSignal;
}

/** Reads every tensor of numbers, quantized ones too, once and says how its values are spread and which formats fit them. */
export async function* survey(request: SurveyRequest): AsyncGenerator<Progress, readonly SurveyedTensor[], undefined> {
  const tensors = request.tensors.filter(({ dtype }) => hasValues(dtype));
  const total = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  const surveyed: SurveyedTensor[] = [];
  let done = 0;
  for (const tensor of tensors) {
    if (request.signal?.aborted) throw new Cancelled();
    yield { phase: 'profiling', done, total, unit: 'bytes', detail: tensor.name };
    surveyed.push(await surveyTensor(tensor, request));
    done += tensor.bytes;
  }
  return surveyed;
}

async function surveyTensor(tensor: TreeTensor, request: SurveyRequest): Promise<SurveyedTensor> {
  const { source, casts, signal } = request;
  const profile = await profileTensor(source, tensor, signal);
  const values =
    needsValues(profile) && tensor.dtype !== 'BF16' ? await someValues(tensor, profile, request) : undefined;
  const statistics = tensorStatistics(profile, values);
  const countable = statistics.nan + statistics.infinite === 0 && statistics.elements > 0;
  if (tensor.shape.length < 2 || casts.length === 0 || !countable) return { tensor, statistics, best: [], sampled: 0 };
  const sample = await readSample(source, tensor, profile, request.sample, signal);
  const fitting = casts.filter(({ cast, format }) => divides(cast, tensor.shape, format));
  const errors = await Promise.all(
    fitting.map(async (comparable) => {
      return formatError(comparable, (await measureOn(sample, comparable.cast, source.pool, signal)).errors);
    }),
  );
  const { rows, columns } = matrixShape(tensor.shape);
  return { tensor, statistics, best: bestByWidth(errors), sampled: Math.min(sample.elements, rows * columns) };
}

/** Values that figures are made of where bins are too wide. */
const SOME_VALUES = 65536;

async function someValues(tensor: TreeTensor, profile: ValueProfile, request: SurveyRequest): Promise<Float32Array> {
  const { dtype, bytes } = await readSample(request.source, tensor, profile, SOME_VALUES, request.signal);
  return sourceFloats(dtype, bytes);
}
