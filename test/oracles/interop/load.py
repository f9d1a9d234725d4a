"""Loads a checkpoint that Downcast wrote with transformers (compressed-tensors or bitsandbytes) and measures it.

    downcast apply policy.dtype.yaml --out OUT
    downcast eval policy.dtype.yaml --windows 8
    python load.py OUT --text samples/text/validation.txt

The perplexity printed must be the one of the line "cast" of `downcast eval`: the loader computes what was measured.
"""

from __future__ import annotations

import argparse
import math

import torch
from compressed_tensors.compressors.base import decompress_module
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM


def in_float32(model: torch.nn.Module) -> torch.nn.Module:
    """Decompresses what compressed-tensors would on the first call: block-scaled weights come out in bfloat16 then."""
    hook = getattr(model, "ct_decompress_hook", None)
    if hook is not None:
        for module in model.modules():
            decompress_module(module, leave_decompressed=False)
        hook.remove()
        torch.nn.Module.float(model)
    return model


def quantized_layers(model: torch.nn.Module) -> str:
    """What bitsandbytes made of the linear layers, layer by layer as they were loaded."""
    states = [state for module in model.modules() if (state := getattr(module, "quant_state", None)) is not None]
    if not states:
        states = [s for p in model.parameters() if (s := getattr(p, "quant_state", None)) is not None]
    kinds = {f"{state.quant_type}{' nested' if state.nested else ''}, groups of {state.blocksize}" for state in states}
    return f"{len(states)} layers of bitsandbytes: {'; '.join(sorted(kinds))}" if states else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--text", required=True)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--windows", type=int, default=8)
    arguments = parser.parse_args()
    model = in_float32(AutoModelForCausalLM.from_pretrained(arguments.checkpoint, dtype=torch.float32).eval())
    if layers := quantized_layers(model):
        print(layers)
    tokenizer = Tokenizer.from_file(f"{arguments.checkpoint}/tokenizer.json")
    with open(arguments.text, encoding="utf-8") as file:
        tokens = tokenizer.encode(file.read()).ids
    total, scored = 0.0, 0
    with torch.no_grad():
        for start in range(0, arguments.windows * arguments.context, arguments.context):
            window = torch.tensor([tokens[start : start + arguments.context]])
            logits = model(window).logits[0].float()
            total += torch.nn.functional.cross_entropy(logits[:-1], window[0, 1:], reduction="sum").item()
            scored += window.shape[1] - 1
    print(f"perplexity {math.exp(total / scored):.4f} over {scored} tokens")


if __name__ == "__main__":
    main()
