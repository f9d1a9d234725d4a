"""float32 inputs that are hard on a cast: every code point and every tie of a format, each with its neighbours."""

import numpy as np


def neighbours(values: np.ndarray) -> np.ndarray:
    """The values and the float32 just below and above each."""
    values = values.astype(np.float32)
    down = np.nextafter(values, np.float32(-np.inf))
    up = np.nextafter(values, np.float32(np.inf))
    return np.concatenate([values, down, up])


def around_codes(codes: np.ndarray) -> np.ndarray:
    """Codes and midpoints of neighbouring codes (float64 in, so that midpoints are exact), with neighbours."""
    finite = np.unique(codes[np.isfinite(codes)].astype(np.float64))
    midpoints = (finite[:-1] + finite[1:]) / 2
    step = finite[-1] - finite[-2]
    beyond = finite[-1] + step * np.array([0.25, 0.5, 0.75, 1, 2])
    beyond = np.concatenate([beyond, -beyond])
    return neighbours(np.concatenate([finite, midpoints, beyond]))


def extremes() -> np.ndarray:
    """Zeros, denormals, the ends of float32, infinities and NaN of both signs."""
    bits = [0x00000000, 0x00000001, 0x00000002, 0x007FFFFF, 0x00800000, 0x00800001, 0x7F7FFFFF, 0x7F800000, 0x7FC00000]
    bits = np.array(bits + [b | 0x80000000 for b in bits], dtype=np.uint32)
    return bits.view(np.float32)


def exponents(seed: int, each: int) -> np.ndarray:
    """Random mantissas and signs under every float32 exponent, the denormals included."""
    random = np.random.default_rng(seed)
    exponent = np.repeat(np.arange(255, dtype=np.uint32), each)
    mantissa = random.integers(0, 1 << 23, exponent.size, dtype=np.uint32)
    sign = random.integers(0, 2, exponent.size, dtype=np.uint32)
    return (sign << 31 | exponent << 23 | mantissa).view(np.float32)


def weights(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """Weights as a trained layer has them: normal, rows of different size, a few outliers."""
    random = np.random.default_rng(seed)
    rows = random.lognormal(-4, 1, (shape[0],) + (1,) * (len(shape) - 1))
    values = random.standard_normal(shape) * rows
    values[random.random(shape) < 0.002] *= 20
    return values.astype(np.float32)
