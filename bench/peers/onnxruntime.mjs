// onnxruntime as its Node binding runs it: natively, with the machine's widest vectors. It scores every token.
import path from 'node:path';
import { createRequire } from 'node:module';
import { installPeer } from './install.mjs';
import { writeOnnx } from './onnx.mjs';

export async function onnxruntime({ cache, config, threads, context, windows }) {
  const folder = await installPeer(cache, 'onnxruntime-node', '1.30.0');
  const { InferenceSession, Tensor } = createRequire(path.join(folder, 'package.json'))(folder);
  const session = await InferenceSession.create(writeOnnx(cache, config, context), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const tokens = BigInt64Array.from(windows[0], BigInt);
  const feeds = {
    tokens: new Tensor('int64', tokens, [1, context]),
    targets: new Tensor('int64', tokens.slice(1), [1, context - 1, 1]),
  };
  return {
    async score() {
      const { nll } = await session.run(feeds);
      return { tokens: context, nll: nll.data.reduce((sum, one) => sum + one, 0) };
    },
    close: () => session.release(),
  };
}
