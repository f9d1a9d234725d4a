"""Running figures and the paired bootstrap, in numpy.

    python summaries.py

Writes ../golden/evaluate/summaries.json: likelihoods of some windows, the figures after each of them, and the 95%
interval of the perplexity difference from 200,000 rounds of a paired bootstrap over windows with numpy's own generator,
of windows of equal and of unequal length.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "golden" / "evaluate" / "summaries.json"
ROUNDS = 200_000


def windows(lengths: list[int], harm: float, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(seed)
    made = []
    for length in lengths:
        base = np.maximum(0, random.normal(2.5, 1.5, length) + random.normal(0, 0.3))
        cast = np.maximum(0, base + random.normal(harm, 0.2, length) + random.normal(0, 0.02))
        made.append((base.round(6), cast.round(6)))
    return made


def running(made: list[tuple[np.ndarray, np.ndarray]]) -> list[dict]:
    figures = []
    for count in range(1, len(made) + 1):
        entry: dict = {"tokens": int(sum(len(base) for base, _ in made[:count]))}
        for side, name in enumerate(("base", "cast")):
            values = [window[side] for window in made[:count]]
            nll = np.concatenate(values).mean()
            entry[name] = float(np.exp(nll))
            if count > 1:
                error = np.std([v.mean() for v in values], ddof=1) / np.sqrt(count)
                entry[f"{name}Interval"] = [float(np.exp(nll - 1.96 * error)), float(np.exp(nll + 1.96 * error))]
        figures.append(entry)
    return figures


def bootstrap(made: list[tuple[np.ndarray, np.ndarray]]) -> dict:
    random = np.random.default_rng(1)
    sums = np.array([[len(base), base.sum(), cast.sum()] for base, cast in made])
    drawn = sums[random.integers(0, len(made), (ROUNDS, len(made)))].sum(1)
    difference = np.exp(drawn[:, 2] / drawn[:, 0]) - np.exp(drawn[:, 1] / drawn[:, 0])
    low, high = np.percentile(difference, [2.5, 97.5])
    return {"low": float(low), "high": float(high), "standardDeviation": float(difference.std())}


def main() -> None:
    cases = {
        "equal": windows([40] * 24, 0.05, 2),
        "unequal": windows([10, 80, 25, 60, 33, 47, 12, 70, 55, 20], 0.01, 3),
    }
    content = {
        name: {
            "windows": [[base.tolist(), cast.tolist()] for base, cast in made],
            "running": running(made),
            "bootstrap": bootstrap(made),
        }
        for name, made in cases.items()
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(TARGET.name, TARGET.stat().st_size)


if __name__ == "__main__":
    main()
