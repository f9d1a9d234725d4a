"""Digests of the names of published checkpoints, for the generators in test/generators.

    python test/oracles/model-trees/make.py FOLDER

FOLDER holds public files of models: NAME.config.json and NAME.index.json (model.safetensors.index.json). Names and
shapes of the architecture that no file is named for come from transformers, without weights.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, Qwen2Config

INDEXED = ["llama-3.1-70b-reflection", "devstral-small", "mixtral-8x22b-wizardlm2"]
DIMENSIONS = [
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "num_local_experts",
    "head_dim",
    "vocab_size",
    "tie_word_embeddings",
]
OUT = Path(__file__).parent.parent / "golden" / "model-trees.json"


def digest(lines):
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def names_of(names):
    templates = Counter(re.sub(r"(^|\.)\d+(?=\.|$)", r"\1#", name) for name in names)
    return {"tensors": len(names), "names": digest(names), "templates": dict(sorted(templates.items()))}


def indexed(folder, model):
    config = json.loads((folder / f"{model}.config.json").read_text())
    index = json.loads((folder / f"{model}.index.json").read_text())
    shards = index["weight_map"]
    return {
        "config": {"tie_word_embeddings": False, **{key: config[key] for key in DIMENSIONS if key in config}},
        "bytes": index["metadata"]["total_size"],
        "files": len(set(shards.values())),
        "shards": digest(f"{name} {file}" for name, file in shards.items()),
        **names_of(shards),
    }


def qwen2():
    config = Qwen2Config(
        hidden_size=896,
        intermediate_size=4864,
        num_hidden_layers=24,
        num_attention_heads=14,
        num_key_value_heads=2,
        vocab_size=151936,
        tie_word_embeddings=True,
    )
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    state = {name: list(value.shape) for name, value in model.state_dict().items() if name != "lm_head.weight"}
    shapes = digest(f"{name} {'x'.join(map(str, shape))}" for name, shape in state.items())
    return {"shapes": shapes, **names_of(state)}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    golden = {model: indexed(folder, model) for model in INDEXED} | {"qwen2-0.5b": qwen2()}
    OUT.write_text(json.dumps(golden, indent=1) + "\n")
