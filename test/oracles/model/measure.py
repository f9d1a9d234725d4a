"""What the evaluator computes, in PyTorch: per position and in summary."""

from __future__ import annotations

import numpy as np
import torch

PERCENTILES = (99.9, 99, 95, 90, 50, 10, 5, 1)


def coarser(weights: dict[str, torch.Tensor], changed) -> dict[str, torch.Tensor]:
    """The "cast" of these oracles: bfloat16 with the last four bits of the mantissa cleared."""

    def clear(value: torch.Tensor) -> torch.Tensor:
        assert value.dtype == torch.bfloat16
        return (value.view(torch.int16) & -16).view(torch.bfloat16)

    return {name: clear(value) if changed(name) else value for name, value in weights.items()}


@torch.no_grad()
def logits_of(model, tokens: torch.Tensor) -> torch.Tensor:
    return model(tokens[None], use_cache=False).logits[0]


def positions(base: torch.Tensor, cast: torch.Tensor, tokens: torch.Tensor, first: int) -> dict[str, np.ndarray]:
    """Figures of the scored positions of a window, from float64 logits [tokens, vocabulary]."""
    base, cast = (torch.log_softmax(x.double()[first:-1], -1) for x in (base, cast))
    target = tokens[first + 1 :, None]
    base_nll, cast_nll = (-x.gather(1, target)[:, 0] for x in (base, cast))
    return {
        "base_nll": base_nll.numpy(),
        "cast_nll": cast_nll.numpy(),
        "kl": (base.exp() * (base - cast)).sum(-1).numpy(),
        "same_top": (base.argmax(-1) == cast.argmax(-1)).double().numpy(),
        "change": (cast_nll.neg().exp() - base_nll.neg().exp()).numpy(),
    }


def summary(windows: list[dict[str, np.ndarray]]) -> dict:
    """Standard errors are taken over window means."""

    def joined(key: str) -> np.ndarray:
        return np.concatenate([w[key] for w in windows])

    def error(key: str) -> float:
        means = [w[key].mean() for w in windows]
        return float(np.std(means, ddof=1) / np.sqrt(len(means)))

    def perplexity(key: str) -> dict:
        nll = joined(key).mean()
        return {"nll": float(nll), "value": float(np.exp(nll)), "standardError": float(np.exp(nll) * error(key))}

    kl = joined("kl")
    base, cast = perplexity("base_nll"), perplexity("cast_nll")
    return {
        "base": base,
        "cast": cast,
        "kl": {
            "mean": float(kl.mean()),
            "standardError": error("kl"),
            "max": float(kl.max()),
            "percentiles": {str(p): float(np.percentile(kl, p)) for p in PERCENTILES},
        },
        "sameTop": float(joined("same_top").mean()),
        "sameTopStandardError": error("same_top"),
        "rmsProbabilityChange": float(np.sqrt((joined("change") ** 2).mean())),
        "perplexityRatio": cast["value"] / base["value"],
        "perplexityDifference": cast["value"] - base["value"],
    }
