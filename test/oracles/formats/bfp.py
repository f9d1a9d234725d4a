"""Block floating point by exact arithmetic: fractions, written from the definition alone (see README.md)."""

import hashlib
from fractions import Fraction

import numpy as np

from mx_samples import dense
from samples import around_codes, weights
from store import array, write

BLOCK = 16
MAGNITUDE_BITS = {"bfp8": 7, "bfp4": 3, "bfp2": 1}
SMALLEST_NORMAL = Fraction(2) ** -126


def exponent(value: Fraction) -> int:
    """floor(log2(value)) of a positive number."""
    at = value.numerator.bit_length() - value.denominator.bit_length()
    return at if Fraction(2) ** at <= value else at - 1


def cast_block(block: np.ndarray, bits: int) -> tuple[int, list[int], list[float]]:
    """Biased exponent, codes and values of a block."""
    exact = [Fraction(float(value)) for value in block]
    # Denormals count as zero.
    exact = [value if abs(value) >= SMALLEST_NORMAL else Fraction(0) for value in exact]
    largest = max((abs(value) for value in exact), default=Fraction(0))
    if largest == 0:
        return 0, [0] * len(exact), [0.0] * len(exact)
    unit = Fraction(2) ** exponent(largest)
    limit = 2**bits - 1
    codes, values = [], []
    for value in exact:
        # 24 bits from the shared exponent down are kept of a significand, the rest is cut off ...
        cut = Fraction(abs(value) / unit * 2**23 // 1, 2**23)
        # ... and only what is left is rounded to nearest, ties to even, as Python's round does.
        magnitude = min(round(cut * 2 ** (bits - 1)), limit)
        negative = value < 0 and magnitude > 0
        codes.append(magnitude | (negative << bits))
        values.append(float(magnitude * unit / 2 ** (bits - 1) * (-1 if negative else 1)))
    return exponent(largest) + 127, codes, values


def packed(codes: np.ndarray, bits: int) -> np.ndarray:
    each = np.unpackbits(codes[..., None], axis=-1, bitorder="little")[..., :bits]
    return np.packbits(each.reshape(codes.shape[0], -1), axis=-1, bitorder="little")


def cast(values: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    blocks = [cast_block(block, bits) for block in values.reshape(-1, BLOCK)]
    shared = np.array([block[0] for block in blocks], np.uint8).reshape(values.shape[0], -1)
    codes = np.array([block[1] for block in blocks], np.uint8).reshape(values.shape)
    decoded = np.array([block[2] for block in blocks], np.float64).reshape(values.shape)
    return shared, packed(codes, bits + 1), decoded.astype(np.float32)


def traps() -> np.ndarray:
    tiny, huge = 2.0**-149, float(np.finfo(np.float32).max)
    above = float(np.nextafter(np.float32(1), np.float32(2)))
    rows = [
        np.zeros(BLOCK),
        -np.zeros(BLOCK),
        np.r_[112, np.full(BLOCK - 1, 0.01)],
        np.r_[tiny, -tiny, np.zeros(BLOCK - 2)],
        np.linspace(-1, 1, BLOCK) * 2.0**-126,
        np.linspace(-1, 1, BLOCK) * 2.0**-124,
        np.r_[4.0, np.full(BLOCK - 1, -4.0)],
        np.linspace(-huge, huge, BLOCK),
        np.r_[huge, np.full(BLOCK - 1, 2.0**-126)],
        # A little above a tie, by bits that the shift drops: they go down to even all the same.
        np.r_[64.0, 2.0**-2 * above, 2.0**-1 * above, 1.5 * above, 0.5, 1.5, 2.5, 0.25, 12 * above, np.zeros(7)],
        # Each magnitude bit on its own, and one bit below the last that fits into 24.
        2.0 ** -np.arange(BLOCK),
        np.r_[1.0, 2.0 ** -(np.arange(BLOCK - 1) + 16)],
        # Beyond the largest magnitude: clamped.
        np.r_[1.999, -1.9999, 1.9921875, 1.98828125, 1.5, 1.75, 1.25, np.full(BLOCK - 7, 1.99)],
    ]
    return np.stack(rows).astype(np.float32)


def ties(bits: int) -> np.ndarray:
    hard = around_codes(np.arange(2 ** (bits - 1), 2**bits + 1) / 2 ** (bits - 1) / 4)
    hard = np.concatenate([hard, -hard, 2 * hard, hard / 2])
    hard = hard[np.abs(hard) < 2]
    hard = np.pad(hard, (0, -hard.size % (BLOCK - 1))).reshape(-1, BLOCK - 1)
    return np.concatenate([np.ones((hard.shape[0], 1)), hard], axis=1).astype(np.float32)


SHARED = {"weights": weights(51, (12, 128)), "traps": traps()}
DENSE = dense(255 * 4, BLOCK)
content = {
    "inputs": {key: array(values) for key, values in SHARED.items()},
    "dense": hashlib.sha256(DENSE.tobytes()).hexdigest(),
    "casts": [],
}
for name, bits in MAGNITUDE_BITS.items():
    content["inputs"][f"ties {name}"] = array(ties(bits))
    for key, values in {**SHARED, f"ties {name}": ties(bits), "dense": DENSE.reshape(-1, BLOCK)}.items():
        shared, codes, decoded = cast(values, bits)
        content["casts"].append({
            "format": name,
            "input": key,
            "scales": array(shared),
            "codes": hashlib.sha256(codes.tobytes()).hexdigest() if key == "dense" else array(codes),
            "decoded": hashlib.sha256(decoded.tobytes()).hexdigest(),
        })
write("bfp", content)
