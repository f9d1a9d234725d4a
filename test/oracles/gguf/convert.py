"""Tiny random models of each architecture, turned into GGUF by llama.cpp's own converter.

    python convert.py LLAMA_CPP [name ...]

`LLAMA_CPP` is a checkout of llama.cpp (the one inside the source package llama-cpp-python 0.3.36 was used). Of each
model ../golden/gguf/models gets NAME.gguf, and NAME.json: the config.json that transformers saves, and for every tensor
of the Hugging Face checkpoint its shape and the SHA-256 of its values as little-endian float32.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent / "model")
from architectures import CASES, EAGER, randomize  # noqa: E402

LLAMA_CPP = Path(sys.argv[1])
sys.path[1:1] = [str(LLAMA_CPP), str(LLAMA_CPP / "gguf-py")]
import gguf  # noqa: E402
from conversion import get_model_architecture, get_model_class  # noqa: E402
from conversion.base import ModelBase, ModelType, TextModel  # noqa: E402

OUT = HERE.parent / "golden" / "gguf" / "models"
#: The converters read these as checkpoints on the Hub have them, where transformers 5 has other names.
OF_HUB = ("rotary_pct", "n_ctx")
LOAD_HPARAMS = ModelBase.load_hparams
#: The models' tokens: the beginning, a space, and the letters that English has most.
TOKENS = ["<s>", "Ġ", *"etaoinshrdlucmfwypgbvk"]
VOCABULARY = len(TOKENS)
TEXT = (HERE.parents[2] / "samples/text/validation.txt").read_text(encoding="utf-8")[:400]
WINDOWS, CONTEXT = 4, 24
TINY = {"hidden_size": 16, "intermediate_size": 24, "vocab_size": VOCABULARY}
LLAMA = CASES["llama-yarn"]
FACTORS = {"short_factor": [1.0, 1.1], "long_factor": [1.0, 1.7]}

GIVEN = {
    "llama": {**CASES["llama-biases"], **TINY, "hidden_act": "silu"},
    "llama3": {
        **LLAMA,
        **TINY,
        "head_dim": 16,
        "rope_theta": 500000.0,
        "tie_word_embeddings": True,
        "rope_scaling": {
            "rope_type": "llama3",
            "factor": 32.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        },
    },
    "llama-yarn": {**LLAMA, **TINY},
    "llama-linear": {**LLAMA, **TINY, "rope_scaling": {"rope_type": "linear", "factor": 2.5}},
    "mistral": {**CASES["mistral"], **TINY, "sliding_window": None},
    "mixtral": {**CASES["mixtral"], **TINY, "num_local_experts": 3},
    "qwen2": {**CASES["qwen2"], **TINY, "use_sliding_window": False},
    "qwen2-moe": {
        **CASES["qwen2-moe"],
        **TINY,
        "num_experts": 4,
        "num_experts_per_tok": 2,
        "moe_intermediate_size": 8,
        "shared_expert_intermediate_size": 12,
        "mlp_only_layers": [],
    },
    "qwen3": {**CASES["qwen3"], **TINY, "head_dim": 8, "attention_bias": False},
    "qwen3-moe": {
        **CASES["qwen3-moe"],
        **TINY,
        "head_dim": 8,
        "num_experts": 4,
        "moe_intermediate_size": 8,
        "decoder_sparse_step": 1,
        "use_sliding_window": False,
    },
    "gemma2": {**CASES["gemma2"], **TINY, "query_pre_attn_scalar": 12},
    "gemma3": {
        **CASES["gemma3"],
        **TINY,
        "head_dim": 8,
        "query_pre_attn_scalar": 8,
        "num_hidden_layers": 7,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "sliding_window_pattern": 6,
        "rope_local_base_freq": 10000.0,
    },
    "phi3": {**CASES["phi3"], **TINY, "rope_scaling": {"type": "longrope", **FACTORS}},
    "olmo2": {**CASES["olmo2"], **TINY},
    "gpt2": {**CASES["gpt2"], "n_embd": 16, "vocab_size": VOCABULARY, "n_positions": 32, "n_ctx": 32},
    "gpt-neox": {**CASES["gpt-neox"], **TINY},
    "gpt-neox-sequential": {
        **CASES["gpt-neox-sequential"],
        **TINY,
        "attention_bias": True,
        "hidden_act": "gelu",
        "rotary_emb_base": 10000,
        "tie_word_embeddings": False,
    },
    # In blocks: 32 elements along a row, Q8_0.
    "llama-q8": {**LLAMA, "hidden_size": 32, "intermediate_size": 32, "vocab_size": VOCABULARY, "num_hidden_layers": 1},
    "mixtral-q8": {
        **CASES["mixtral"],
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_local_experts": 2,
        "vocab_size": VOCABULARY,
    },
    "gpt2-q8": {**CASES["gpt2"], "n_layer": 1, "vocab_size": VOCABULARY, "n_positions": 32, "n_ctx": 32},
    "gpt-neox-q8": {**CASES["gpt-neox"], "intermediate_size": 32, "num_hidden_layers": 1, "vocab_size": VOCABULARY},
}


def stub_vocabulary(self) -> None:
    """The models have no tokenizer files."""
    self.gguf_writer.add_tokenizer_model("gpt2")
    self.gguf_writer.add_tokenizer_pre("gpt-2")
    self.gguf_writer.add_token_list(TOKENS)
    self.gguf_writer.add_token_types([gguf.TokenType.CONTROL, *[gguf.TokenType.NORMAL] * (VOCABULARY - 1)])
    self.gguf_writer.add_bos_token_id(0)


def stored(name: str, weight: torch.Tensor, blocks: bool, transposed: bool) -> torch.Tensor:
    """The float32 values that are left of a weight; rows lie along the inputs."""
    weight = weight.float()
    if not blocks or weight.dim() < 2 or "wpe" in name or ".gate." in name and "experts" not in name:
        return weight
    turned = transposed and not any(part in name for part in ("wte", "lm_head"))
    rows = (weight.T if turned else weight).contiguous().numpy()
    kind = gguf.GGMLQuantizationType.Q8_0
    values = torch.from_numpy(gguf.quants.dequantize(gguf.quants.quantize(rows, kind), kind))
    return (values.T if turned else values).contiguous()


def perplexity(folder: Path) -> float:
    """By transformers in float64, all tokens of windows one after the other."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64, **EAGER).eval()
    ids = [TOKENS.index(letter) for letter in TEXT.replace(" ", "Ġ") if letter in TOKENS]
    losses = []
    for start in range(0, WINDOWS * CONTEXT, CONTEXT):
        window = torch.tensor([ids[start : start + CONTEXT]])
        with torch.inference_mode():
            logits = model(window).logits[0, :-1]
        losses.append(torch.nn.functional.cross_entropy(logits, window[0, 1:], reduction="none"))
    return torch.cat(losses).mean().exp().item()


def convert(folder: Path, out: Path, of_hub: dict) -> None:
    ModelBase.load_hparams = staticmethod(
        lambda *where, **how: {**LOAD_HPARAMS(*where, **how), **of_hub}
    )
    hparams = ModelBase.load_hparams(folder, False)
    model_class = get_model_class(get_model_architecture(hparams, ModelType.TEXT))
    for each in model_class.__mro__:
        if "set_vocab" in vars(each):
            each.set_vocab = stub_vocabulary
    with torch.inference_mode():
        kind = gguf.LlamaFileType.MOSTLY_Q8_0 if out.stem.endswith("-q8") else gguf.LlamaFileType.MOSTLY_BF16
        model_class(folder, kind, out, eager=True, model_name=out.stem).write()


def make(name: str, given: dict, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    config = AutoConfig.for_model(**json.loads(json.dumps(given)), eos_token_id=None, pad_token_id=None)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    randomize(model, generator)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        model.save_pretrained(folder)
        file = folder / "model.safetensors"
        weights = {k: v.to(torch.bfloat16) for k, v in load_file(file).items()}
        save_file(weights, str(file), metadata={"format": "pt"})
        saved = json.loads((folder / "config.json").read_text())
        # Gemma's converter counts tokens in it.
        counted = {"model": {"vocab": {f"t{at}": at for at in range(VOCABULARY)}}, "added_tokens": []}
        (folder / "tokenizer.json").write_text(json.dumps(counted))
        convert(folder, OUT / f"{name}.gguf", {key: given[key] for key in OF_HUB if key in given})
        left = {key: stored(key, value, name.endswith("-q8"), "gpt2" in name) for key, value in weights.items()}
        save_file(left, str(file), metadata={"format": "pt"})
        found = perplexity(folder)
    tensors = {
        key: {"shape": list(value.shape), "sha256": hashlib.sha256(value.numpy().astype("<f4").tobytes()).hexdigest()}
        for key, value in left.items()
    }
    path = OUT / f"{name}.json"
    measured = {"text": TEXT, "windows": WINDOWS, "context": CONTEXT, "perplexity": found}
    golden = {"config": given, "savedConfig": saved, "tensors": tensors, "measured": measured}
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{name}: {(OUT / f'{name}.gguf').stat().st_size} + {path.stat().st_size} bytes, perplexity {found:.4f}")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for seed, (name, given) in enumerate(GIVEN.items()):
        if len(sys.argv) == 2 or name in sys.argv[2:]:
            make(name, given, seed)


if __name__ == "__main__":
    main()
