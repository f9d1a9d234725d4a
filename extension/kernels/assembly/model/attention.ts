import { exp4 } from './exp';
import { softcap } from './tanh';
import { EDGE, storeEdge, tile } from './tile';

/**
 * Causal attention of a block of queries, grouped heads: query head h reads key and value head h / (heads / kvHeads).
 * - `queries`: rotated and scaled, per head packed by `pack8`: [heads][rows / 8][headDim][8]; `headBytes` apart.
 * - `keys`: rotated, per head packed by `pack4`: [kvHeads][positions / 4][headDim][4]; `keyBytes` apart.
 * - `values`: row-major by position, rows `strideV` bytes apart, kvHeads * headDim floats each, 32 readable bytes after.
 * - `scores`: room for 8 floats a position: the scores of 8 queries of one head are all that is ever stored.
 * - `y`: row-major [rows, heads * headDim], rows `strideY` bytes apart.
 * `first` is the position of the block's first query, `rows` their number; both multiples of 8.
 * A query sees the last `window` keys up to its own; 0 for all. Scores become cap tanh(score / cap); 0 for no cap.
 */
export function attention(
  queries: usize,
  headBytes: usize,
  keys: usize,
  keyBytes: usize,
  values: usize,
  strideV: usize,
  scores: usize,
  y: usize,
  strideY: usize,
  first: i32,
  rows: i32,
  heads: i32,
  kvHeads: i32,
  headDim: i32,
  window: i32,
  cap: f32,
): void {
  const group = heads / kvHeads;
  const panel = (<usize>headDim) << 5;
  const columnBytes = (<usize>headDim) << 2;
  for (let head = 0; head < heads; head++) {
    const kvHead = <usize>(head / group);
    let q = queries + <usize>head * headBytes;
    let out = y + <usize>head * columnBytes;
    for (let row = 0; row < rows; row += 8) {
      const position = first + row;
      // Whole tiles of keys: those before the window of the first query are masked with the rest.
      const start = window > 0 ? max(0, position - window + 1) & ~3 : 0;
      const count = position + 8 - start;
      const from = <usize>start;
      scoresOf(q, keys + kvHead * keyBytes + from * columnBytes, headDim, count, scores);
      if (cap > 0) softcap(scores, cap, count << 3);
      mask(scores, count, window > 0 ? position - start - window : -8);
      softmax(scores, count);
      weightedValues(scores, count, values + kvHead * columnBytes + from * strideV, strideV, headDim, out, strideY);
      q += panel;
      out += strideY << 3;
    }
  }
}

/** scores[key][8 queries] of `count` keys, a multiple of 4. */
function scoresOf(q: usize, k: usize, headDim: i32, count: i32, scores: usize): void {
  const panel = (<usize>headDim) << 4;
  for (let key = 0; key < count; key += 4) {
    tile(k, 16, q, 32, headDim, scores, 32, false);
    k += panel;
    scores += 128;
  }
}

/**
 * -infinity where the key comes after the query, the last 8 keys standing at the places of the 8 queries, and where
 * it has left the window: query i no longer sees key `left` + i.
 */
function mask(scores: usize, count: i32, left: i32): void {
  const own = scores + (<usize>(count - 8) << 5);
  for (let key = 1; key < 8; key++) {
    for (let query = 0; query < key; query++) store<f32>(own + ((<usize>key) << 5) + ((<usize>query) << 2), -Infinity);
  }
  for (let query = 0; query < 8; query++) {
    for (let key = 0; key <= left + query; key++) {
      store<f32>(scores + ((<usize>key) << 5) + ((<usize>query) << 2), -Infinity);
    }
  }
}

/** Softmax over the keys of 8 queries at once: one lane each. */
function softmax(scores: usize, count: i32): void {
  let most0 = v128.load(scores);
  let most1 = v128.load(scores, 16);
  let at = scores + 32;
  for (let key = 1; key < count; key++) {
    most0 = f32x4.pmax(most0, v128.load(at));
    most1 = f32x4.pmax(most1, v128.load(at, 16));
    at += 32;
  }
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  at = scores;
  for (let key = 0; key < count; key++) {
    const e0 = exp4(f32x4.sub(v128.load(at), most0));
    const e1 = exp4(f32x4.sub(v128.load(at, 16), most1));
    v128.store(at, e0);
    v128.store(at, e1, 16);
    sum0 = f32x4.add(sum0, e0);
    sum1 = f32x4.add(sum1, e1);
    at += 32;
  }
  const one = f32x4.splat(1);
  const factor0 = f32x4.div(one, sum0);
  const factor1 = f32x4.div(one, sum1);
  at = scores;
  for (let key = 0; key < count; key++) {
    v128.store(at, f32x4.mul(v128.load(at), factor0));
    v128.store(at, f32x4.mul(v128.load(at, 16), factor1), 16);
    at += 32;
  }
}

/** y[8 queries][headDim] = scores^T V. */
function weightedValues(
  scores: usize,
  count: i32,
  v: usize,
  strideV: usize,
  headDim: i32,
  y: usize,
  strideY: usize,
): void {
  const secondHalf = y + (strideY << 2);
  for (let column = 0; column < headDim; column += 8) {
    const at = (<usize>column) << 2;
    const left = headDim - column;
    if (left >= 8) {
      tile(scores, 32, v + at, strideV, count, y + at, strideY, false);
      tile(scores + 16, 32, v + at, strideV, count, secondHalf + at, strideY, false);
    } else {
      tile(scores, 32, v + at, strideV, count, EDGE, 32, false);
      storeEdge(y + at, strideY, left, false);
      tile(scores + 16, 32, v + at, strideV, count, EDGE, 32, false);
      storeEdge(secondHalf + at, strideY, left, false);
    }
  }
}
