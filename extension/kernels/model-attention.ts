import type { ModelOps } from '../core/model/ops';
import { padded } from './model-activations';
import type { ModelExports } from './model-exports';
import type { Arena } from './model-memory';

/** Rotary embeddings, keys and values, attention. */
export function attentionOps(
  wasm: ModelExports,
  arena: Arena,
): Pick<ModelOps, 'rotate' | 'keyValues' | 'append' | 'attention'> {
  const { take, floats, mark, release } = arena;
  return {
    rotate(x, first, heads, { cosines, sines, size }, scale) {
      const offset = first * (size / 2) * 4;
      const headSize = x.columns / heads;
      wasm.rotate(
        x.pointer,
        x.columns * 4,
        padded(x.rows),
        heads,
        headSize,
        size,
        cosines + offset,
        sines + offset,
        scale,
      );
    },
    keyValues(positions, kvHeads, headSize) {
      const bytes = padded(positions) * kvHeads * headSize * 4;
      return { keys: take(bytes), values: take(bytes), positions: padded(positions), kvHeads, headSize };
    },
    append(cache, first, k, v) {
      const rows = padded(k.rows);
      const headBytes = cache.headSize * 4;
      for (let head = 0; head < cache.kvHeads; head++) {
        const to = cache.keys + (head * cache.positions + first) * headBytes;
        wasm.pack4(k.pointer + head * headBytes, k.columns * 4, rows, cache.headSize, to);
      }
      floats(cache.values + first * v.columns * 4, rows * v.columns).set(floats(v.pointer, rows * v.columns));
    },
    attention(q, cache, first, heads, { window = 0, softcap = 0 }, y) {
      const { headSize, kvHeads } = cache;
      const rows = padded(q.rows);
      const scratch = mark();
      const headBytes = rows * headSize * 4;
      const queries = take(heads * headBytes);
      for (let head = 0; head < heads; head++) {
        wasm.pack8(q.pointer + head * headSize * 4, q.columns * 4, rows, headSize, queries + head * headBytes);
      }
      const scores = take((first + rows) * 8 * 4);
      wasm.attention(
        queries,
        headBytes,
        cache.keys,
        cache.positions * headSize * 4,
        cache.values,
        kvHeads * headSize * 4,
        scores,
        y.pointer,
        q.columns * 4,
        first,
        rows,
        heads,
        kvHeads,
        headSize,
        window,
        softcap,
      );
      release(scratch);
    },
  };
}
