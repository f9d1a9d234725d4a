import { readSampleSet, type SampleSet } from '../core/evaluate/sample-set';
import { openNodeFile } from '../files/node-file';
import { CommandError, EXIT } from './exit-code';
import { messageOf } from './open-policy';

/** The sample set at a path; `name` is what the report calls it. */
export async function openSampleSet(file: string, name: string, signal: AbortSignal): Promise<SampleSet> {
  try {
    const source = await openNodeFile(file);
    try {
      return await readSampleSet(source, name, signal);
    } finally {
      await source.close();
    }
  } catch (error) {
    throw new CommandError(`the text can't be read: ${messageOf(error)}`, EXIT.inputBroken);
  }
}
