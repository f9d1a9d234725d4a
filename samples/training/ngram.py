"""The peer the sample model must beat: an interpolated modified Kneser-Ney n-gram model on the same tokens.

    python ngram.py --node-modules DIR --model ../tiny-sotu [--order 5]

Chen & Goodman 1999, section 4.1.6: three discounts an order, estimated from counts of counts. Both models
score the same tokens of the test addresses, in windows of 512, every next token; neither sees across a window.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from corpus import load_addresses
from train import encode, windows

CONTEXT = 512


class KneserNey:
    def __init__(self, tokens: list[int], order: int, vocabulary: int):
        self.order, self.vocabulary = order, vocabulary
        counts: list[dict[tuple[int, ...], int]] = [defaultdict(int) for _ in range(order + 1)]
        for n in range(1, order + 1):
            for i in range(len(tokens) - n + 1):
                counts[n][tuple(tokens[i : i + n])] += 1
        # Lower orders count distinct left contexts (continuation counts); the highest keeps raw counts.
        for n in range(order - 1, 0, -1):
            continuation: dict[tuple[int, ...], int] = defaultdict(int)
            for gram in counts[n + 1]:
                continuation[gram[1:]] += 1
            counts[n] = continuation
        self.counts = counts
        self.discounts = [self._discounts(c) if n else (0.0, 0.0, 0.0) for n, c in enumerate(counts)]
        self.totals: list[dict[tuple[int, ...], int]] = [defaultdict(int) for _ in range(order + 1)]
        self.kinds: list[dict[tuple[int, ...], list[int]]] = [defaultdict(lambda: [0, 0, 0]) for _ in range(order + 1)]
        for n in range(1, order + 1):
            for gram, count in counts[n].items():
                self.totals[n][gram[:-1]] += count
                self.kinds[n][gram[:-1]][min(count, 3) - 1] += 1

    @staticmethod
    def _discounts(counts: dict[tuple[int, ...], int]) -> tuple[float, float, float]:
        n = [0] * 5
        for count in counts.values():
            if count <= 4:
                n[count] += 1
        y = n[1] / (n[1] + 2 * n[2])
        return (1 - 2 * y * n[2] / n[1], 2 - 3 * y * n[3] / n[2], 3 - 4 * y * n[4] / n[3])

    def probability(self, context: tuple[int, ...], token: int) -> float:
        p = 1.0 / self.vocabulary
        for n in range(1, min(self.order, len(context) + 1) + 1):
            history = context[len(context) - n + 1 :] if n > 1 else ()
            total = self.totals[n].get(history)
            if not total:
                break
            d1, d2, d3 = self.discounts[n]
            count = self.counts[n].get((*history, token), 0)
            discount = (0.0, d1, d2, d3)[min(count, 3)]
            k1, k2, k3 = self.kinds[n][history]
            p = max(count - discount, 0.0) / total + (d1 * k1 + d2 * k2 + d3 * k3) / total * p
        return p


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node-modules", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--order", type=int, default=5)
    arguments = parser.parse_args()

    from transformers import LlamaForCausalLM

    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    split = load_addresses(arguments.node_modules)
    test = windows(encode(tokenizer, split.test), CONTEXT)[::4]
    ngram = KneserNey(encode(tokenizer, split.train).tolist(), arguments.order, tokenizer.get_vocab_size())
    nll = 0.0
    for row in test.tolist():
        for i in range(1, len(row)):
            nll -= math.log(ngram.probability(tuple(row[max(0, i - arguments.order + 1) : i]), row[i]))
    scored = test[:, 1:].numel()
    print(f"{arguments.order}-gram, modified Kneser-Ney: perplexity {math.exp(nll / scored):.2f} over {scored:,} tokens")

    model = LlamaForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    total = 0.0
    with torch.no_grad():
        for batch in test.split(8):
            logits = model(batch[:, :-1]).logits
            total += F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten(), reduction="sum").item()
    print(f"model: perplexity {math.exp(total / scored):.2f} over the same tokens")


if __name__ == "__main__":
    main()
