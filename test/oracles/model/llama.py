"""Tiny random Llamas of odd sizes with what transformers computes from them.

    python llama.py

Each is written to ../golden/model as NAME.safetensors (bfloat16) and NAME.json: config, windows of tokens, float32
logits of some positions from transformers in float32, and per position figures of the model and of a coarser copy
from transformers in float64.
"""

from __future__ import annotations

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

from measure import coarser, logits_of, positions, summary
from store import FOLDER, array, write

WINDOWS = 3
CONTEXT = 150
LOGITS_AT = [0, 1, 2, 7, 8, 63, 127, 128, 149]

COMMON = {"max_position_embeddings": 256, "attention_bias": False, "mlp_bias": False, "hidden_act": "silu"}
CASES = {
    "grouped-untied": (
        {
            "hidden_size": 48,
            "intermediate_size": 100,
            "num_hidden_layers": 2,
            "num_attention_heads": 6,
            "num_key_value_heads": 2,
            "vocab_size": 77,
            "rms_norm_eps": 1e-5,
            "rope_theta": 500000.0,
            "tie_word_embeddings": False,
        },
        lambda name: ".layers.1." in name and "norm" not in name,
    ),
    "one-head-each-tied": (
        {
            "hidden_size": 32,
            "intermediate_size": 72,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "vocab_size": 64,
            "rms_norm_eps": 1e-6,
            "rope_theta": 10000.0,
            "tie_word_embeddings": True,
        },
        lambda name: "norm" not in name,
    ),
    "llama3-scaling": (
        {
            "hidden_size": 40,
            "intermediate_size": 44,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 1,
            "head_dim": 12,
            "vocab_size": 131,
            "rms_norm_eps": 1e-5,
            "rope_theta": 500000.0,
            "rope_scaling": {
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 64,
            },
            "tie_word_embeddings": False,
        },
        lambda name: "down_proj" in name or "lm_head" in name,
    ),
    "linear-scaling": (
        {
            "hidden_size": 24,
            "intermediate_size": 50,
            "num_hidden_layers": 1,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "vocab_size": 3,
            "rms_norm_eps": 1e-5,
            "rope_theta": 10000.0,
            "rope_scaling": {"rope_type": "linear", "factor": 4.0},
            "tie_word_embeddings": True,
        },
        lambda name: "q_proj" in name,
    ),
}


def model_of(config: dict, weights: dict[str, torch.Tensor], dtype: torch.dtype) -> LlamaForCausalLM:
    parameters = {"rope_theta": config["rope_theta"], "rope_type": "default", **config.get("rope_scaling", {})}
    rest = {k: v for k, v in config.items() if k not in ("rope_theta", "rope_scaling")}
    model = LlamaForCausalLM._from_config(
        LlamaConfig(**COMMON, **rest, rope_parameters=parameters), attn_implementation="eager"
    )
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    return model.to(dtype).eval()


def random_weights(config: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    shapes = {k: v.shape for k, v in LlamaForCausalLM(LlamaConfig(**COMMON, **config)).state_dict().items()}
    if config["tie_word_embeddings"]:
        shapes.pop("lm_head.weight")
    weights = {}
    for name, shape in shapes.items():
        value = torch.randn(shape, generator=generator)
        if len(shape) == 1:
            value = 1 + 0.2 * value
        elif "embed" in name or "lm_head" in name:
            value = 0.5 * value
        else:
            value = 1.5 * value / shape[1] ** 0.5
        weights[name] = value.to(torch.bfloat16)
    return weights


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for seed, (name, (config, changed)) in enumerate(CASES.items()):
        generator = torch.Generator().manual_seed(seed)
        weights = random_weights(config, generator)
        cast = coarser(weights, changed)
        tokens = torch.randint(0, config["vocab_size"], (WINDOWS, CONTEXT), generator=generator)
        logits = logits_of(model_of(config, weights, torch.float32), tokens[0])
        base64, cast64 = (model_of(config, w, torch.float64) for w in (weights, cast))
        measured = [positions(logits_of(base64, t), logits_of(cast64, t), t, 0) for t in tokens]
        save_file(weights, str(FOLDER / f"{name}.safetensors"))
        write(
            FOLDER / f"{name}.json",
            {
                "config": {"model_type": "llama", "architectures": ["LlamaForCausalLM"], **COMMON, **config},
                "changed": [n for n in weights if changed(n)],
                "tokens": array(tokens.numpy().astype(np.int32)),
                "logitsAt": LOGITS_AT,
                "logits": array(logits[LOGITS_AT].numpy()),
                "positions": {k: array(np.stack([m[k] for m in measured])) for k in measured[0]},
                "summary": summary(measured),
            },
        )


if __name__ == "__main__":
    main()
