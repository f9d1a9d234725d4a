"""Rounding of activations as torch does it: of rows, and in a tiny Llama.

    python activations.py

Writes ../golden/evaluate/activations.json: rows of float32 rounded to each dtype, and for some ways of rounding the
inputs of linear layers (forward pre-hooks) and the keys and values (a cache that rounds what it takes) float32 logits
of some positions of the model ../golden/model/one-head-each-tied, of its first window.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import torch
from safetensors.torch import load_file
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "model"))
from store import FOLDER, array, write  # noqa: E402

NAME = "one-head-each-tied"
TARGET = FOLDER.parent / "evaluate" / "activations.json"
POSITIONS = [0, 1, 7, 8, 63, 127, 149]

ATTENTION_INPUTS = ("q_proj", "k_proj", "v_proj", "o_proj")
CASES = {
    "fp8-all-layers": ({"fp8_e4m3": (*ATTENTION_INPUTS, "gate_proj", "up_proj", "down_proj")}, None),
    "int8-mlp-and-head": ({"int8": ("gate_proj", "up_proj", "down_proj", "lm_head")}, None),
    "two-dtypes": ({"mxfp8": ("q_proj", "k_proj", "o_proj", "up_proj"), "bf16": ("v_proj",)}, None),
    "kv-fp8": ({}, "fp8_e4m3"),
    "int8-and-kv-int4": ({"int8": ATTENTION_INPUTS}, "int4"),
}


def plain(dtype):
    largest = torch.finfo(dtype).max
    return lambda x: x.clamp(-largest, largest).to(dtype).float()


def by_row(largest: float, element):
    def rounded(x: torch.Tensor) -> torch.Tensor:
        amax = x.abs().amax(-1, keepdim=True)
        scale = torch.where(amax == 0, 1.0, amax / largest).clamp_min(2.0**-149)
        return element((x / scale).clamp(-largest, largest)) * scale

    return rounded


def by_block(largest: float, dtype):
    """OCP MX 1.0, section 6.3: blocks of 32 under a power of two."""

    def rounded(x: torch.Tensor) -> torch.Tensor:
        blocks = x.reshape(*x.shape[:-1], -1, 32)
        amax = blocks.abs().amax(-1, keepdim=True)
        exponent = torch.frexp(amax)[1] - 1 - int(np.floor(np.log2(largest)))
        scale = torch.ldexp(torch.ones_like(amax), torch.where(amax == 0, -127, exponent).clamp(-127, 127))
        elements = (blocks / scale).clamp(-largest, largest).numpy().astype(dtype).astype(np.float32)
        return (torch.from_numpy(elements) * scale).reshape(x.shape)

    return rounded


def integer(q: torch.Tensor) -> torch.Tensor:
    return torch.round(q) + 0.0  # integers have no -0


ROUNDED = {
    "bf16": plain(torch.bfloat16),
    "fp16": plain(torch.float16),
    "fp8_e4m3": by_row(448, lambda q: q.to(torch.float8_e4m3fn).float()),
    "fp8_e5m2": by_row(57344, lambda q: q.to(torch.float8_e5m2).float()),
    "int8": by_row(127, integer),
    "int4": by_row(7, integer),
    "mxfp8": by_block(448, ml_dtypes.float8_e4m3fn),
    "mxfp6_e3m2": by_block(28, ml_dtypes.float6_e3m2fn),
    "mxfp6_e2m3": by_block(7.5, ml_dtypes.float6_e2m3fn),
    "mxfp4": by_block(6, ml_dtypes.float4_e2m1fn),
}


class RoundingCache(DynamicCache):
    def __init__(self, rounded):
        super().__init__()
        self.rounded = rounded

    def update(self, keys, values, *rest, **named):
        return super().update(self.rounded(keys), self.rounded(values), *rest, **named)


def rows() -> torch.Tensor:
    """Rows of 64: of many sizes, with outliers, ties, zeros, and values that fall below the smallest code."""
    random = np.random.default_rng(5)
    x = random.standard_normal((24, 64)).astype(np.float32)
    x *= (2.0 ** random.integers(-12, 12, (24, 1))).astype(np.float32)
    x[3] = 0
    x[4, 1:] = 0
    x[5, 7] = 300
    x[6] *= (10.0 ** random.uniform(-6, 0, 64)).astype(np.float32)
    x[7] = np.arange(-32, 32) / 2
    x[8] = np.float32(1e-30) * np.arange(64)
    x[9, :32] = 0
    return torch.from_numpy(x)


@torch.no_grad()
def main() -> None:
    golden = json.loads((FOLDER / f"{NAME}.json").read_text())
    config = LlamaConfig(**{k: v for k, v in golden["config"].items() if k not in ("model_type", "architectures")})
    config._attn_implementation = "eager"
    tokens = np.frombuffer(base64.b64decode(golden["tokens"]["base64"]), dtype=np.int32)
    tokens = torch.from_numpy(tokens.reshape(golden["tokens"]["shape"])[0].astype(np.int64))
    model = LlamaForCausalLM(config).float().eval()
    missing, unexpected = model.load_state_dict(load_file(FOLDER / f"{NAME}.safetensors"), strict=False)
    assert not unexpected and missing in ([], ["lm_head.weight"]), (missing, unexpected)
    model.tie_weights()

    def logits(cache=None) -> torch.Tensor:
        return model(tokens[None], past_key_values=cache, use_cache=cache is not None).logits[0][POSITIONS]

    cases = {}
    for case, (inputs, kv) in CASES.items():
        hooks = []
        for dtype, modules in inputs.items():
            for name, module in model.named_modules():
                if name.rsplit(".", 1)[-1] in modules:
                    hook = lambda _, args, dtype=dtype: (ROUNDED[dtype](args[0]), *args[1:])
                    hooks.append(module.register_forward_pre_hook(hook))
        made = logits(RoundingCache(ROUNDED[kv]) if kv else None)
        cases[case] = {"inputs": inputs, "kvCache": kv, "hooks": len(hooks), "logits": array(made.numpy())}
        for hook in hooks:
            hook.remove()
    x = rows()
    content = {
        "model": NAME,
        "positions": POSITIONS,
        "plain": array(logits().numpy()),
        "cases": cases,
        "rows": array(x.numpy()),
        "rounded": {dtype: array(of(x).numpy()) for dtype, of in ROUNDED.items()},
    }
    write(TARGET, content)
    for case, made in cases.items():
        print(case, made["hooks"])


if __name__ == "__main__":
    main()
