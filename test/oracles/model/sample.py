"""What transformers computes from the sample checkpoint: golden logits, perplexity, divergence of a coarser copy.

    python sample.py [--checkpoint ../../../samples/tiny-sotu] [--text ../../../samples/text/validation.txt]
                     [--out ../golden/model/sample.json] [--context 512] [--windows 8]

Logits are float32; the figures come from the model in float64. Windows do not overlap; what is left is dropped.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from measure import coarser, logits_of, positions, summary
from store import FOLDER, array, write

ROOT = Path(__file__).resolve().parents[3]
LOGITS_AT = [0, 1, 100, 510]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=ROOT / "samples/tiny-sotu")
    parser.add_argument("--text", type=Path, default=ROOT / "samples/text/validation.txt")
    parser.add_argument("--out", type=Path, default=FOLDER / "sample.json")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--windows", type=int, default=8)
    arguments = parser.parse_args()

    file = arguments.checkpoint / "model.safetensors"
    text = arguments.text.read_bytes()
    ids = Tokenizer.from_file(str(arguments.checkpoint / "tokenizer.json")).encode(text.decode()).ids
    count = min(arguments.windows, len(ids) // arguments.context)
    windows = torch.tensor(ids[: count * arguments.context]).view(count, arguments.context)

    weights = load_file(str(file))
    cast = coarser(weights, lambda name: ".mlp." in name)
    single = LlamaForCausalLM.from_pretrained(arguments.checkpoint, dtype=torch.float32, attn_implementation="eager")
    logits = logits_of(single.eval(), windows[0])[LOGITS_AT]
    base = single.double()
    base_logits = [logits_of(base, w) for w in windows]
    missing, unexpected = base.load_state_dict({k: v.double() for k, v in cast.items()}, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}
    cast_logits = [logits_of(base, w) for w in windows]

    def measured(first: int) -> dict:
        return summary([positions(b, c, w, first) for b, c, w in zip(base_logits, cast_logits, windows)])

    write(
        arguments.out,
        {
            "checkpointDigest": hashlib.sha256(file.read_bytes()).hexdigest(),
            "textDigest": hashlib.sha256(text).hexdigest(),
            "context": arguments.context,
            "windows": count,
            "tokens": array(windows.numpy().astype(np.int32)),
            "logitsAt": LOGITS_AT,
            "logits": array(logits.numpy()),
            "all": measured(0),
            "secondHalf": measured(arguments.context // 2),
        },
    )


if __name__ == "__main__":
    main()
