import { createNodeOutput } from '../../extension/files/node-output';

/**
 * Run as a process of its own by the crash test: writes an output of two files over an earlier one.
 * Prints what became of it.
 */
async function main(path: string, content: string): Promise<string> {
  const output = await createNodeOutput({ path, id: content, requiredBytes: 1, inputs: [], replace: true });
  try {
    for (const [name, text] of [
      ['model.safetensors', content],
      ['downcast.json', `{"kind": "downcast-checkpoint", "content": "${content}"}`],
    ] as const) {
      const bytes = new TextEncoder().encode(text);
      const file = await output.create(name, bytes.length);
      await file.write(0, bytes.subarray(0, 1));
      await file.write(1, bytes.subarray(1));
      await file.finish();
    }
    await output.commit();
    return 'committed';
  } catch (error) {
    await output.discard();
    return `gave up: ${(error as Error).message}`;
  }
}

process.stdout.write(await main(process.argv[2]!, process.argv[3]!));
