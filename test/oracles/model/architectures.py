"""One tiny random model of each architecture and option, saved and computed by transformers.

    python architectures.py [name ...]

Each is written to ../golden/model/architectures as NAME.safetensors (bfloat16, the names that transformers saves) and
NAME.json: its config.json as checkpoints on the Hub have it and as transformers writes it today, windows of tokens,
float32 logits of some positions, and per position the negative log-likelihood of the model and of a coarser copy from
transformers in float64.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from measure import coarser, logits_of, positions, summary
from store import FOLDER, array, write

OUT = FOLDER / "architectures"
WINDOWS = 2
CONTEXT = 150
EAGER = {"attn_implementation": "eager", "experts_implementation": "eager"}
LOGITS_AT = [0, 1, 2, 7, 8, 63, 127, 128, 149]

SMALL = {
    "hidden_size": 32,
    "intermediate_size": 56,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 99,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-5,
}
ODD_HEADS = {"head_dim": 12}
LLAMA = {"model_type": "llama", **SMALL, "tie_word_embeddings": False}
FACTORS = {
    "short_factor": [1.0, 1.1, 1.3, 1.6],
    "long_factor": [1.0, 1.7, 3.0, 6.5],
}
CASES = {
    "llama-biases": {
        **LLAMA,
        **ODD_HEADS,
        "attention_bias": True,
        "mlp_bias": True,
        "hidden_act": "gelu",
    },
    "llama-dynamic": {
        **LLAMA,
        "max_position_embeddings": 40,
        "rope_scaling": {"type": "dynamic", "factor": 3.0},
    },
    "llama-yarn": {
        **LLAMA,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "rope_theta": 20000.0,
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64},
    },
    "llama-longrope": {
        **LLAMA,
        "max_position_embeddings": 1024,
        "rope_scaling": {"rope_type": "longrope", "original_max_position_embeddings": 200, **FACTORS},
    },
    "mistral": {"model_type": "mistral", **SMALL, **ODD_HEADS, "sliding_window": 21, "tie_word_embeddings": False},
    "qwen2": {
        "model_type": "qwen2",
        **SMALL,
        "tie_word_embeddings": True,
        "rope_theta": 1000000.0,
        "use_sliding_window": True,
        "sliding_window": 33,
        "max_window_layers": 1,
    },
    "qwen3": {"model_type": "qwen3", **SMALL, "head_dim": 16, "attention_bias": True, "tie_word_embeddings": True},
    "gemma2": {
        "model_type": "gemma2",
        **SMALL,
        **ODD_HEADS,
        "hidden_activation": "gelu_pytorch_tanh",
        "query_pre_attn_scalar": 7,
        "attn_logit_softcapping": 2.5,
        "final_logit_softcapping": 6.0,
        "sliding_window": 16,
    },
    "gemma3": {
        "model_type": "gemma3_text",
        **SMALL,
        "head_dim": 16,
        "num_hidden_layers": 4,
        "hidden_activation": "gelu_pytorch_tanh",
        "query_pre_attn_scalar": 20,
        "sliding_window": 13,
        "sliding_window_pattern": 2,
        "rope_theta": 1000000.0,
        "rope_local_base_freq": 5000.0,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0},
    },
    "phi3": {
        "model_type": "phi3",
        **SMALL,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "partial_rotary_factor": 0.5,
        "original_max_position_embeddings": 64,
        "rope_scaling": {"type": "longrope", **FACTORS},
        "sliding_window": 70,
        "tie_word_embeddings": False,
    },
    "gpt2": {
        "model_type": "gpt2",
        "n_embd": 32,
        "n_layer": 2,
        "n_head": 4,
        "n_positions": 160,
        "vocab_size": 99,
    },
    "gpt-neox": {
        "model_type": "gpt_neox",
        "hidden_size": 32,
        "intermediate_size": 60,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "vocab_size": 99,
        "max_position_embeddings": 256,
        "rotary_pct": 0.25,
        "rotary_emb_base": 10000,
        "tie_word_embeddings": False,
        "use_parallel_residual": True,
        "hidden_act": "gelu",
    },
    "gpt-neox-sequential": {
        "model_type": "gpt_neox",
        "hidden_size": 32,
        "intermediate_size": 60,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "vocab_size": 99,
        "max_position_embeddings": 256,
        "rotary_pct": 1.0,
        "rotary_emb_base": 3000,
        "attention_bias": False,
        "tie_word_embeddings": True,
        "use_parallel_residual": False,
        "hidden_act": "relu",
    },
    "olmo2": {"model_type": "olmo2", **SMALL, "rope_theta": 500000.0, "tie_word_embeddings": False},
    "mixtral": {
        "model_type": "mixtral",
        **SMALL,
        "intermediate_size": 40,
        "num_local_experts": 5,
        "num_experts_per_tok": 2,
        "rope_theta": 1000000.0,
        "sliding_window": None,
        "tie_word_embeddings": False,
    },
    "qwen2-moe": {
        "model_type": "qwen2_moe",
        **SMALL,
        "num_experts": 6,
        "num_experts_per_tok": 3,
        "moe_intermediate_size": 24,
        "shared_expert_intermediate_size": 40,
        "mlp_only_layers": [0],
        "norm_topk_prob": False,
        "tie_word_embeddings": False,
    },
    "qwen3-moe": {
        "model_type": "qwen3_moe",
        **SMALL,
        "head_dim": 16,
        "num_experts": 6,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 24,
        "decoder_sparse_step": 2,
        "norm_topk_prob": True,
        "use_sliding_window": True,
        "sliding_window": 29,
        "tie_word_embeddings": True,
    },
}


def changed(name: str) -> bool:
    """What the coarser copy changes: everything of the last layers but norms and biases."""
    return not any(part in name for part in (".0.", "norm", "ln_", "bias", "wpe"))


def randomize(model, generator: torch.Generator) -> None:
    """Weights whose norms and biases matter, each a bfloat16."""
    around_zero = "Gemma" in type(model).__name__
    for name, parameter in model.named_parameters():
        value = torch.randn(parameter.shape, generator=generator)
        if name.endswith("bias"):
            value = 0.3 * value
        elif parameter.dim() == 1:
            value = 0.2 * value + (0 if around_zero else 1)
        elif any(part in name for part in ("embed", "wte", "wpe", "lm_head")):
            value = 0.5 * value
        else:
            transposed = "GPT2" in type(model).__name__
            value = 1.5 * value / parameter.shape[0 if transposed else -1] ** 0.5
        parameter.data = value.to(torch.bfloat16).float()


def loaded(folder: Path, dtype: torch.dtype):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **EAGER)
    return model.eval()


def make(name: str, given: dict, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    # The tokens that end and fill texts would lie outside these vocabularies.
    config = AutoConfig.for_model(**json.loads(json.dumps(given)), eos_token_id=None, pad_token_id=None)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, **EAGER).eval()
    randomize(model, generator)
    tokens = torch.randint(0, config.vocab_size, (WINDOWS, CONTEXT), generator=generator)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        model.save_pretrained(base)
        file = base / "model.safetensors"
        weights = {k: v.to(torch.bfloat16) for k, v in load_file(file).items()}
        logits = logits_of(loaded(base, torch.float32), tokens[0])
        assert torch.equal(logits, logits_of(model, tokens[0])), name
        base64 = loaded(base, torch.float64)
        save_file({k: v.float() for k, v in coarser(weights, changed).items()}, str(file), metadata={"format": "pt"})
        cast64 = loaded(base, torch.float64)
        saved = json.loads((base / "config.json").read_text())
    measured = [positions(logits_of(base64, t), logits_of(cast64, t), t, 0) for t in tokens]
    save_file(weights, str(OUT / f"{name}.safetensors"))
    write(
        OUT / f"{name}.json",
        {
            "config": given,
            "savedConfig": saved,
            "changed": [n for n in weights if changed(n)],
            "tokens": array(tokens.numpy().astype(np.int32)),
            "logitsAt": LOGITS_AT,
            "logits": array(logits[LOGITS_AT].numpy()),
            "positions": {k: array(np.stack([m[k] for m in measured])) for k in ("base_nll", "cast_nll")},
            "summary": summary(measured),
        },
    )


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for seed, (name, given) in enumerate(CASES.items()):
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            make(name, given, seed)


if __name__ == "__main__":
    main()
