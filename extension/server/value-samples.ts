import { profileValues, type ValueProfile } from '../core/analysis/value-profile';
import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { TreeTensor } from '../core/checkpoint/tensor';
import { openWeights } from '../core/checkpoint/weights';
import { isSourceDtype, sourceFloats } from '../core/formats/floats/source-floats';
import type { CheckpointPlace } from './client-files';

/** Runs of neighbouring values that are read of a tensor, spread evenly over it: outliers sit in certain columns. */
const RUNS = 16;
const RUN_ELEMENTS = 1024;

/** Profiles kept, of a quarter of a megabyte each: those of the tensors that somebody looks at now. */
const MOST_PROFILES = 20;

/** Reads samples of tensors, so that a hover can show how their values are spread. */
export interface ValueSamples {
  /** Undefined for a tensor without floating point values. Reads 16 thousand of them at most. */
  profile(checkpoint: string, tensor: TreeTensor): Promise<ValueProfile | undefined>;
  /** Forgets the values of a checkpoint whose files changed. */
  forget(checkpoint: string): void;
}

export function createValueSamples(place: (uri: string) => Promise<CheckpointPlace>): ValueSamples {
  const profiles = new Map<string, Promise<ValueProfile | undefined>>();
  return {
    profile(checkpoint, tensor) {
      const key = `${checkpoint} ${tensor.name}`;
      const known = profiles.get(key) ?? sample(place, checkpoint, tensor);
      profiles.delete(key);
      profiles.set(key, known);
      if (profiles.size > MOST_PROFILES) profiles.delete(profiles.keys().next().value!);
      known.catch(() => profiles.delete(key));
      return known;
    },
    forget(checkpoint) {
      for (const key of [...profiles.keys()]) if (key.startsWith(`${checkpoint} `)) profiles.delete(key);
    },
  };
}

async function sample(
  place: (uri: string) => Promise<CheckpointPlace>,
  checkpoint: string,
  tensor: TreeTensor,
): Promise<ValueProfile | undefined> {
  const { dtype, bytes } = tensor;
  if (!isSourceDtype(dtype)) return undefined;
  const weights = openWeights((await place(checkpoint)).folder);
  try {
    const size = STORAGE_BITS[dtype] / 8;
    const elements = bytes / size;
    const whole = elements <= RUNS * RUN_ELEMENTS;
    const starts = whole ? [0] : Array.from({ length: RUNS }, (_, run) => spread(run, elements));
    const length = (whole ? elements : RUN_ELEMENTS) * size;
    const runs = await Promise.all(starts.map((start) => weights.read(tensor, start * size, length)));
    const floats = runs.map((run) => sourceFloats(dtype, run));
    const values = new Float32Array(floats.reduce((sum, each) => sum + each.length, 0));
    floats.reduce((at, each) => {
      values.set(each, at);
      return at + each.length;
    }, 0);
    return profileValues(values);
  } finally {
    await weights.close();
  }
}

/** First element of a run: the first and the last run touch the ends. */
function spread(run: number, elements: number): number {
  return Math.floor((run * (elements - RUN_ELEMENTS)) / (RUNS - 1));
}
