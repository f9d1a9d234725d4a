"""Plain casts: value of codes, and encodes of hard inputs, by ml_dtypes and numpy; torch must agree."""

import ml_dtypes
import numpy as np
import torch

from samples import around_codes, exponents, extremes, neighbours
from store import array, write

FORMATS = {
    "bf16": (ml_dtypes.bfloat16, np.uint16, torch.bfloat16),
    "fp16": (np.float16, np.uint16, torch.float16),
    "fp8_e4m3": (ml_dtypes.float8_e4m3fn, np.uint8, torch.float8_e4m3fn),
    "fp8_e5m2": (ml_dtypes.float8_e5m2, np.uint8, torch.float8_e5m2),
}


def inputs(name: str, values: np.ndarray, seed: int) -> np.ndarray:
    if values.size <= 256:
        hard = around_codes(values)
    else:
        # All codes of a 16-bit float would be megabytes: each 53rd and both ends, with ties and neighbours.
        finite = np.unique(values[np.isfinite(values)].astype(np.float64))
        chosen = np.unique(np.concatenate([np.arange(0, finite.size - 1, 53), [0, 1, 2, finite.size - 3, finite.size - 2]]))
        middle = finite.size // 2 + np.arange(-6, 6)
        chosen = np.unique(np.concatenate([chosen, middle]))
        low, high = finite[chosen], finite[chosen + 1]
        with np.errstate(over="ignore"):
            hard = neighbours(np.concatenate([low, (low + high) / 2]))
            step = finite[-1] - finite[-2]
            hard = np.concatenate([hard, neighbours(finite[-1] + step * np.array([0.25, 0.5, 0.75, 1]))])
    return np.concatenate([hard, extremes(), exponents(seed, 6)]).astype(np.float32)


def same_as_torch(name: str, values: np.ndarray, codes: np.ndarray, dtype: torch.dtype) -> None:
    theirs = torch.from_numpy(values).to(dtype).view(torch.uint8 if codes.dtype == np.uint8 else torch.uint16).numpy()
    differs = (codes != theirs) & ~np.isnan(values)
    # torch's NaN bits differ from ml_dtypes'; everything else must be the same.
    if differs.any():
        at = int(np.argmax(differs))
        raise SystemExit(f"{name}: torch casts {values[at]!r} to {theirs[at]:#x}, ml_dtypes to {codes[at]:#x}")


for seed, (name, (dtype, unsigned, torch_dtype)) in enumerate(FORMATS.items()):
    codes = np.arange(256 if unsigned is np.uint8 else 65536, dtype=unsigned)
    values = codes.view(dtype).astype(np.float32)
    sample = inputs(name, values, seed)
    with np.errstate(over="ignore", invalid="ignore"):
        ieee = sample.astype(dtype).view(unsigned)
        largest = np.nanmax(np.where(np.isinf(values), np.nan, values)).astype(np.float32)
        # NaN goes through clip unchanged.
        saturate = np.clip(sample, -largest, largest).astype(dtype).view(unsigned)
    # torch 2.15 saturates e4m3, infinities included, and follows IEEE elsewhere.
    same_as_torch(name, sample, saturate if name == "fp8_e4m3" else ieee, torch_dtype)
    content = {"input": array(sample), "ieee": array(ieee), "saturate": array(saturate)}
    if unsigned is np.uint8:
        content["decoded"] = array(values)
    else:
        # 64 Ki values are too much to keep; each 61st code and the ends, infinities and NaN among them.
        at = np.unique(np.concatenate([codes[::61], codes[:4], codes[0x7BFE:0x7C03], codes[0x7F7E:0x7F83], codes[-4:]]))
        content["codes"] = array(at.astype(unsigned))
        content["decoded"] = array(values[at])
    write(name, content)
