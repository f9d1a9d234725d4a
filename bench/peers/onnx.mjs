// Writes the bench's Llama as an ONNX graph that scores: token ids in, negative log-likelihoods out. Weights lie in a
// file beside it. Attention and norms are the fused operators that onnxruntime has for language models.
import { closeSync, existsSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { weightsOf } from '../perplexity-model.mjs';

const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;

/** Protocol buffers: a field is its number and wire type, then a number or a length and bytes. */
function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const float = (field, value) => Buffer.concat([varint((field << 3) | 5), Buffer.from(Float32Array.of(value).buffer)]);
const bytes = (field, value) => {
  const content = Buffer.from(value);
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
};
const message = (field, parts) => bytes(field, Buffer.concat(parts));

// Field numbers: onnx.proto.
const attribute = ([name, value]) => {
  if (Array.isArray(value)) return message(5, [bytes(1, name), ...value.map((one) => number(8, one)), number(20, 7)]);
  if (Number.isInteger(value)) return message(5, [bytes(1, name), number(3, value), number(20, 2)]);
  return message(5, [bytes(1, name), float(2, value), number(20, 1)]);
};
const node = (type, inputs, outputs, attributes = {}, domain = '') =>
  message(1, [
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, type),
    ...Object.entries(attributes).map(attribute),
    bytes(7, domain),
  ]);
const value = (field, name, type, shape) => {
  const dimensions = message(
    2,
    shape.map((size) => message(1, [number(1, size)])),
  );
  return message(field, [bytes(1, name), message(2, [message(1, [number(1, type), dimensions])])]);
};
const constant = (name, type, values, shape) =>
  message(5, [
    ...shape.map((size) => number(1, size)),
    number(2, type),
    bytes(8, name),
    bytes(9, new Uint8Array(values.buffer)),
  ]);

/** [outputs, inputs] to [inputs, outputs], as ONNX multiplies. */
function transposed(values, outputs, inputs) {
  const y = new Float32Array(values.length);
  for (let row = 0; row < outputs; row++)
    for (let i = 0; i < inputs; i++) y[i * outputs + row] = values[row * inputs + i];
  return y;
}

/** Cosines and sines by position: [positions, headSize / 2] each. */
function rotary(config, positions) {
  const half = config.hidden_size / config.num_attention_heads / 2;
  const angles = Array.from({ length: positions * half }, (_, i) =>
    Math.fround(Math.floor(i / half) * Math.fround(config.rope_theta ** (-(i % half) / half))),
  );
  return { half, cosines: Float32Array.from(angles, Math.cos), sines: Float32Array.from(angles, Math.sin) };
}

/**
 * Writes the graph for windows of `context` tokens, unless it is there, and returns its path. Inputs: `tokens` int64
 * [1, context], `targets` int64 [1, context - 1, 1]; output `nll` float32 [1, context - 1, 1].
 */
export function writeOnnx(folder, config, context) {
  const name = `random-llama-${config.num_hidden_layers}-${context}.onnx`;
  const file = path.join(folder, name);
  if (existsSync(file)) return file;
  const { hidden_size: hidden, intermediate_size: inner, num_attention_heads: heads, vocab_size: vocabulary } = config;
  const { num_key_value_heads: kvHeads, rms_norm_eps: epsilon } = config;
  const kv = (hidden / heads) * kvHeads;
  const { half, cosines, sines } = rotary(config, context);
  const parts = [];
  const data = openSync(`${file}.data.${process.pid}`, 'w');
  let offset = 0;
  const stored = (tensor, values, shape) => {
    writeSync(data, new Uint8Array(values.buffer));
    const place = { location: `${name}.data`, offset: String(offset), length: String(values.byteLength) };
    const entries = Object.entries(place).map(([key, text]) => message(13, [bytes(1, key), bytes(2, text)]));
    const shapeAndType = [...shape.map((size) => number(1, size)), number(2, FLOAT), bytes(8, tensor)];
    parts.push(message(5, [...shapeAndType, ...entries, number(14, 1)]));
    offset += values.byteLength;
    return tensor;
  };
  const weight = (tensor, outputs, inputs) =>
    stored(tensor, transposed(weightsOf(tensor, outputs * inputs), outputs, inputs), [inputs, outputs]);
  const vector = (tensor) => stored(tensor, weightsOf(tensor, hidden), [hidden]);
  let made = 0;
  const add = (type, inputs, attributes, domain) => {
    const output = `v${made++}`;
    parts.push(node(type, inputs, [output], attributes, domain));
    return output;
  };
  const norm = (x, tensor) =>
    add('SimplifiedLayerNormalization', [x, vector(tensor)], { axis: -1, epsilon, stash_type: 1 });
  const linear = (x, tensor, outputs, inputs) => add('MatMul', [x, weight(tensor, outputs, inputs)]);

  parts.push(
    constant('last', INT32, Int32Array.of(context - 1), [1]),
    constant('total', INT32, Int32Array.of(context), [1]),
    constant('from', INT64, BigInt64Array.of(0n), [1]),
    constant('to', INT64, BigInt64Array.of(BigInt(context - 1)), [1]),
    constant('axis', INT64, BigInt64Array.of(1n), [1]),
    constant('cosines', FLOAT, cosines, [context, half]),
    constant('sines', FLOAT, sines, [context, half]),
  );
  const table = weightsOf('model.embed_tokens.weight', vocabulary * hidden);
  let x = add('Gather', [stored('table', table, [vocabulary, hidden]), 'tokens']);
  for (let n = 0; n < config.num_hidden_layers; n++) {
    const at = `model.layers.${n}`;
    const before = norm(x, `${at}.input_layernorm.weight`);
    const q = linear(before, `${at}.self_attn.q_proj.weight`, hidden, hidden);
    const k = linear(before, `${at}.self_attn.k_proj.weight`, kv, hidden);
    const v = linear(before, `${at}.self_attn.v_proj.weight`, kv, hidden);
    const mixed = `mixed${n}`;
    parts.push(
      node(
        'GroupQueryAttention',
        [q, k, v, '', '', 'last', 'total', 'cosines', 'sines'],
        [mixed, `keys${n}`, `values${n}`],
        { num_heads: heads, kv_num_heads: kvHeads, do_rotary: 1 },
        'com.microsoft',
      ),
    );
    x = add('Add', [x, linear(mixed, `${at}.self_attn.o_proj.weight`, hidden, hidden)]);
    const between = norm(x, `${at}.post_attention_layernorm.weight`);
    const gate = linear(between, `${at}.mlp.gate_proj.weight`, inner, hidden);
    const up = linear(between, `${at}.mlp.up_proj.weight`, inner, hidden);
    const active = add('Mul', [gate, add('Sigmoid', [gate])]);
    x = add('Add', [x, linear(add('Mul', [active, up]), `${at}.mlp.down_proj.weight`, hidden, inner)]);
  }
  const states = norm(add('Slice', [x, 'from', 'to', 'axis']), 'model.norm.weight');
  const logits = add('MatMul', [states, stored('head', transposed(table, vocabulary, hidden), [hidden, vocabulary])]);
  const sums = add('ReduceLogSumExp', [logits], { axes: [-1], keepdims: 1 });
  parts.push(node('Sub', [sums, add('GatherElements', [logits, 'targets'], { axis: -1 })], ['nll']));
  closeSync(data);
  const graph = message(7, [
    ...parts,
    bytes(2, 'llama'),
    value(11, 'tokens', INT64, [1, context]),
    value(11, 'targets', INT64, [1, context - 1, 1]),
    value(12, 'nll', FLOAT, [1, context - 1, 1]),
  ]);
  const set = (domain, version) => message(8, [bytes(1, domain), number(2, version)]);
  writeFileSync(`${file}.${process.pid}`, Buffer.concat([number(1, 8), graph, set('', 17), set('com.microsoft', 1)]));
  renameSync(`${file}.data.${process.pid}`, `${file}.data`);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}
