// A Llama with random weights of SmolLM-135M's shape, the same in every run and for every program of the bench.

/** config.json of a model with so many layers; SmolLM-135M has 30. */
export function configOf(layers) {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: 576,
    intermediate_size: 1536,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    num_hidden_layers: layers,
    vocab_size: 49152,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
  };
}

/** Values of a tensor: 1 in norms, otherwise noise in [-0.04, 0.04) that depends on the name alone. */
export function weightsOf(name, count) {
  const values = new Float32Array(count);
  if (name.includes('norm')) return values.fill(1);
  let state = [...name].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 7);
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = (state / 2 ** 31) * 0.04;
  }
  return values;
}

/** Window `n` of so many tokens; all ordinary ones, no control or byte tokens. */
export function tokensOf(n, count, vocabulary) {
  let state = n + 1;
  return Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 300 + (state % (vocabulary - 300));
  });
}
