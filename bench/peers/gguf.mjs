// Writes the bench's Llama as a GGUF file of float32 tensors, which programs built on llama.cpp read.
import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import { weightsOf } from '../perplexity-model.mjs';

const UINT32 = 4;
const INT32 = 5;
const FLOAT32 = 6;
const STRING = 8;
const ARRAY = 9;
const ALIGNMENT = 32;

const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
};
const u32 = (value) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const f32 = (value) => Buffer.from(Float32Array.of(value).buffer);

const entry = (key, type, value) => Buffer.concat([text(key), u32(type), value]);
const number = (key, value) => entry(key, UINT32, u32(value));
const list = (key, type, values) => entry(key, ARRAY, Buffer.concat([u32(type), u64(values.length), ...values]));

/** A SentencePiece vocabulary of nonsense: unknown, begin, end, the bytes, then ordinary tokens. */
function vocabulary(size) {
  const special = ['<unk>', '<s>', '</s>'];
  const byte = (code) => `<0x${code.toString(16).toUpperCase().padStart(2, '0')}>`;
  const tokens = Array.from({ length: size }, (_, id) => special[id] ?? (id < 259 ? byte(id - 3) : `t${id}`));
  const types = tokens.map((_, id) => (id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1));
  return [
    entry('tokenizer.ggml.model', STRING, text('llama')),
    list('tokenizer.ggml.tokens', STRING, tokens.map(text)),
    list(
      'tokenizer.ggml.scores',
      FLOAT32,
      tokens.map((_, id) => f32(-id)),
    ),
    list('tokenizer.ggml.token_type', INT32, types.map(u32)),
    number('tokenizer.ggml.bos_token_id', 1),
    number('tokenizer.ggml.eos_token_id', 2),
    number('tokenizer.ggml.unknown_token_id', 0),
  ];
}

/** GGUF's rotary embedding turns neighbours, transformers' the halves of a head: rows of a head are interleaved. */
function interleaved(values, heads, columns) {
  const rows = values.length / columns;
  const half = rows / heads / 2;
  const y = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / (2 * half));
    const i = row % (2 * half);
    const to = head * 2 * half + (i < half ? 2 * i : 2 * (i - half) + 1);
    y.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return y;
}

function tensorsOf(config) {
  const { hidden_size: hidden, intermediate_size: inner, num_attention_heads: heads } = config;
  const kvHeads = config.num_key_value_heads;
  const kv = (hidden / heads) * kvHeads;
  const layer = (n) => [
    [`blk.${n}.attn_norm.weight`, `model.layers.${n}.input_layernorm.weight`, [hidden]],
    [`blk.${n}.attn_q.weight`, `model.layers.${n}.self_attn.q_proj.weight`, [hidden, hidden], heads],
    [`blk.${n}.attn_k.weight`, `model.layers.${n}.self_attn.k_proj.weight`, [kv, hidden], kvHeads],
    [`blk.${n}.attn_v.weight`, `model.layers.${n}.self_attn.v_proj.weight`, [kv, hidden]],
    [`blk.${n}.attn_output.weight`, `model.layers.${n}.self_attn.o_proj.weight`, [hidden, hidden]],
    [`blk.${n}.ffn_norm.weight`, `model.layers.${n}.post_attention_layernorm.weight`, [hidden]],
    [`blk.${n}.ffn_gate.weight`, `model.layers.${n}.mlp.gate_proj.weight`, [inner, hidden]],
    [`blk.${n}.ffn_up.weight`, `model.layers.${n}.mlp.up_proj.weight`, [inner, hidden]],
    [`blk.${n}.ffn_down.weight`, `model.layers.${n}.mlp.down_proj.weight`, [hidden, inner]],
  ];
  return [
    ['token_embd.weight', 'model.embed_tokens.weight', [config.vocab_size, hidden]],
    ['output_norm.weight', 'model.norm.weight', [hidden]],
    ...Array.from({ length: config.num_hidden_layers }, (_, n) => layer(n)).flat(),
  ];
}

/** Writes the file unless it is there. */
export function writeGguf(path, config) {
  if (existsSync(path)) return;
  const meta = [
    entry('general.architecture', STRING, text('llama')),
    entry('general.name', STRING, text('random')),
    number('general.alignment', ALIGNMENT),
    number('llama.context_length', config.max_position_embeddings),
    number('llama.embedding_length', config.hidden_size),
    number('llama.block_count', config.num_hidden_layers),
    number('llama.feed_forward_length', config.intermediate_size),
    number('llama.attention.head_count', config.num_attention_heads),
    number('llama.attention.head_count_kv', config.num_key_value_heads),
    number('llama.rope.dimension_count', config.hidden_size / config.num_attention_heads),
    number('llama.vocab_size', config.vocab_size),
    entry('llama.attention.layer_norm_rms_epsilon', FLOAT32, f32(config.rms_norm_eps)),
    entry('llama.rope.freq_base', FLOAT32, f32(config.rope_theta)),
    ...vocabulary(config.vocab_size),
  ];
  const tensors = tensorsOf(config);
  let offset = 0;
  const infos = tensors.map(([name, , shape]) => {
    const at = offset;
    offset += Math.ceil((shape.reduce((a, b) => a * b) * 4) / ALIGNMENT) * ALIGNMENT;
    return Buffer.concat([text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(0), u64(at)]);
  });
  const header = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(meta.length), ...meta, ...infos]);
  const padding = (length) => Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
  const temporary = `${path}.${process.pid}`;
  const file = openSync(temporary, 'w');
  writeSync(file, header);
  writeSync(file, padding(header.length));
  for (const [, from, shape, heads] of tensors) {
    const plain = weightsOf(
      from,
      shape.reduce((a, b) => a * b),
    );
    const values = heads === undefined ? plain : interleaved(plain, heads, shape[1]);
    writeSync(file, new Uint8Array(values.buffer));
    writeSync(file, padding(values.byteLength));
  }
  closeSync(file);
  renameSync(temporary, path);
}
