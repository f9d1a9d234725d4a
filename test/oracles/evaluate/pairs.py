"""Two casts of one base on the same windows: differences with 95% intervals of a paired bootstrap, in numpy.

    python pairs.py

Writes ../golden/evaluate/pairs.json: likelihoods and divergences of some windows, what the second cast costs more than
the first, and the interval from 200,000 rounds with numpy's own generator.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "golden" / "evaluate" / "pairs.json"
ROUNDS = 200_000


def cast(base: list[np.ndarray], harm: float, random: np.random.Generator) -> list[dict]:
    windows = []
    for nll in base:
        noise = random.normal(harm, 0.15, len(nll)) + random.normal(0, 0.01)
        kl = np.abs(random.normal(harm / 3, harm / 4, len(nll)))
        windows.append({"nll": np.maximum(0, nll + noise).round(5), "kl": kl.round(6)})
    return windows


def difference(a: list[dict], b: list[dict], field: str, figure) -> dict:
    sums = np.array([[len(x[field]), x[field].sum(), y[field].sum()] for x, y in zip(a, b, strict=True)])
    draws = np.random.default_rng(5).integers(0, len(a), (ROUNDS, len(a)))
    drawn = figure(*sums[draws].sum(1).T)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {
        "value": float(figure(*sums.sum(0))),
        "low": float(low),
        "high": float(high),
        "standardDeviation": float(drawn.std()),
    }


def main() -> None:
    content = {}
    for name, lengths, harms, seed in (
        ("apart", [40] * 20, (0.03, 0.06), 11),
        ("alike", [12, 70, 30, 55, 20, 44, 61, 18], (0.04, 0.041), 12),
    ):
        random = np.random.default_rng(seed)
        base = [np.maximum(0, random.normal(2.5, 1.5, n) + random.normal(0, 0.3)) for n in lengths]
        a, b = (cast(base, harm, random) for harm in harms)
        content[name] = {
            "a": [{key: values.tolist() for key, values in window.items()} for window in a],
            "b": [{key: values.tolist() for key, values in window.items()} for window in b],
            "perplexity": difference(a, b, "nll", lambda n, x, y: np.exp(y / n) - np.exp(x / n)),
            "kl": difference(a, b, "kl", lambda n, x, y: (y - x) / n),
        }
    TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(TARGET.name, TARGET.stat().st_size)


if __name__ == "__main__":
    main()
