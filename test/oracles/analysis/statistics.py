"""Golden figures of samples, computed by scipy: moments, kurtosis, Student t fit, Kolmogorov-Smirnov, Wasserstein.

Samples are bfloat16 values, so that bins of bfloat16 hold them exactly; those of "floats" are float32 ones that such
bins can't tell apart. Writes ../golden/analysis/statistics.json.
"""

import base64
import json
import pathlib

import ml_dtypes
import numpy as np
import scipy
from scipy import special, stats

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "analysis" / "statistics.json"
COUNT = 1500


def encode(values):
    return base64.b64encode(values.astype(ml_dtypes.bfloat16).view(np.uint16).tobytes()).decode()


def figures(values):
    exact = values.astype(np.float64)
    nu, location, scale = stats.t.fit(exact)
    student = stats.t(nu, location, scale)
    mean, std = exact.mean(), exact.std()
    return {
        "bfloat16": encode(values),
        "min": exact.min(),
        "max": exact.max(),
        "mean": mean,
        "std": std,
        "kurtosis": stats.kurtosis(exact),
        "outliers": int((np.abs(exact - mean) > 4 * std).sum()),
        "nu": nu,
        "location": location,
        "scale": scale,
        "logLikelihood": student.logpdf(exact).sum(),
        "studentDistance": stats.kstest(exact, student.cdf).statistic,
        "normalDistance": stats.kstest(exact, stats.norm(mean, std).cdf).statistic,
    }


def far_figures(values):
    """Of float32 values far from zero for their spread: fitted around their mean, or scipy's search goes astray."""
    exact = values.astype(np.float64)
    mean, std = exact.mean(), exact.std()
    nu, location, scale = stats.t.fit((exact - mean) / std)
    student = stats.t(nu, location * std + mean, scale * std)
    return {
        "float32": base64.b64encode(values.tobytes()).decode(),
        "outliers": int((np.abs(exact - mean) > 4 * std).sum()),
        "nu": nu,
        "location": location * std + mean,
        "scale": scale * std,
        "studentDistance": stats.kstest(exact, student.cdf).statistic,
        "normalDistance": stats.kstest(exact, stats.norm(mean, std).cdf).statistic,
    }


def main():
    rng = np.random.default_rng(20240607)
    samples = {
        "student-3": 0.02 * rng.standard_t(3, COUNT),
        "student-5": 0.05 * rng.standard_t(5, COUNT) + 0.001,
        "student-20": 0.01 * rng.standard_t(20, COUNT),
        "normal": rng.normal(0, 0.02, COUNT),
        "uniform": rng.uniform(-0.1, 0.1, COUNT),
        "laplace": rng.laplace(0, 0.03, COUNT),
        "norm weights": 1 + rng.normal(0, 0.1, COUNT),
    }
    rounded = {name: values.astype(np.float32).astype(ml_dtypes.bfloat16).astype(np.float32) for name, values in samples.items()}
    names = list(rounded)
    far = {
        "far from zero": -0.5 + 0.001 * rng.standard_t(4, COUNT),
        "farther": 1e4 + rng.standard_t(5, COUNT),
        "denormals": 1e-40 * rng.standard_t(3, COUNT),
    }
    golden = {
        "scipy": scipy.__version__,
        "samples": {name: figures(values) for name, values in rounded.items()},
        "floats": {name: far_figures(values.astype(np.float32)) for name, values in far.items()},
        "wasserstein": [
            {"a": a, "b": b, "distance": stats.wasserstein_distance(rounded[a], rounded[b])}
            for a, b in zip(names, names[1:])
        ],
        "studentCdf": [
            {"t": t, "nu": nu, "cdf": float(special.stdtr(nu, t))}
            for nu in (0.5, 1, 2.5, 5, 30, 1000)
            for t in (-50, -4, -1, -0.01, 0, 0.3, 2, 10)
        ],
        "normalCdf": [{"z": z, "cdf": float(special.ndtr(z))} for z in (-12, -6, -2.5, -1, -0.1, 0, 0.4, 1.7, 3, 8)],
    }
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
