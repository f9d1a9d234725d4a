/**
 * The part of a Hugging Face `config.json` that Downcast reads, validated. Field names are the file's own.
 * `raw` keeps everything, so that writing a checkpoint loses nothing.
 */
export interface ModelConfig {
  readonly model_type: string | undefined;
  readonly architectures: readonly string[];
  readonly hidden_size: number | undefined;
  readonly intermediate_size: number | undefined;
  readonly num_hidden_layers: number | undefined;
  readonly num_attention_heads: number | undefined;
  readonly num_key_value_heads: number | undefined;
  readonly head_dim: number | undefined;
  readonly vocab_size: number | undefined;
  readonly max_position_embeddings: number | undefined;
  readonly rms_norm_eps: number | undefined;
  readonly rope_theta: number | undefined;
  readonly tie_word_embeddings: boolean;
  readonly bos_token_id: number | undefined;
  /** Whether the checkpoint says that its weights are quantized already. */
  readonly quantization_config: Readonly<Record<string, unknown>> | undefined;
  readonly raw: Readonly<Record<string, unknown>>;
}
