"""Microscaling formats: ml_dtypes elements under exact power-of-two scales. torchao and compressed-tensors must agree
with every code, wherever they follow the specification (see README.md)."""

import hashlib

import ml_dtypes
import numpy as np
import torch
from compressed_tensors.compressors.mx_utils import compress_mx_scale
from compressed_tensors.compressors.mxfp6.helpers import pack_fp6_to_uint8
from compressed_tensors.compressors.nvfp4.helpers import pack_fp4_to_uint8
from compressed_tensors.quantization import QuantizationArgs
from compressed_tensors.quantization.lifecycle.forward import quantize
from torchao.prototype.mx_formats.config import ScaleCalculationMode
from torchao.prototype.mx_formats.constants import DTYPE_FP6_E2M3, DTYPE_FP6_E3M2
from torchao.prototype.mx_formats.mx_tensor import to_mx

from mx_samples import dense
from samples import around_codes, weights
from store import array, write

BLOCK = 32
# Element, exponent of its largest power of two, largest, bits, torchao's name.
FORMATS = {
    "mxfp8": (ml_dtypes.float8_e4m3fn, 8, 448.0, 8, torch.float8_e4m3fn),
    "mxfp8_e5m2": (ml_dtypes.float8_e5m2, 15, 57344.0, 8, torch.float8_e5m2),
    "mxfp6_e2m3": (ml_dtypes.float6_e2m3fn, 2, 7.5, 6, DTYPE_FP6_E2M3),
    "mxfp6_e3m2": (ml_dtypes.float6_e3m2fn, 4, 28.0, 6, DTYPE_FP6_E3M2),
    "mxfp4": (ml_dtypes.float4_e2m1fn, 2, 6.0, 4, torch.float4_e2m1fn_x2),
    "mxint8": (None, 0, 127 / 64, 8, None),
}
MODES = {"down": ScaleCalculationMode.FLOOR, "up": ScaleCalculationMode.RCEIL}


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def traps() -> np.ndarray:
    """One trap a block."""
    tiny, huge = 2.0**-149, float(np.finfo(np.float32).max)
    rows = [
        np.zeros(BLOCK),
        -np.zeros(BLOCK),
        np.r_[np.full(BLOCK - 1, 0.01), 112],
        np.r_[tiny, np.zeros(BLOCK - 1)],
        np.arange(BLOCK) * tiny,
        np.r_[1.0, np.nextafter(np.float32(1), np.float32(0)), np.full(BLOCK - 2, -0.0)],
        np.full(BLOCK, 4.0) * np.where(np.arange(BLOCK) % 2, -1, 1),
        np.nextafter(np.float32(2), np.float32(0)) * np.linspace(-1, 1, BLOCK),
        np.linspace(-huge, huge, BLOCK),
        np.r_[huge, np.full(BLOCK - 1, 2.0**-126)],
        2.0**-126 * np.linspace(0.5, 8, BLOCK),
        2.0**-120 * np.linspace(-1, 1, BLOCK),
        2.0**-112 * np.linspace(-1, 1, BLOCK),
    ]
    # The largest magnitude at the largest element of each format, and just beyond.
    for _, _, largest, _, _ in FORMATS.values():
        edge = np.float32(largest)
        rows.append(np.r_[edge, np.full(BLOCK - 1, edge / 3)])
        rows.append(np.r_[np.nextafter(edge, np.float32(np.inf)), np.full(BLOCK - 1, edge / 3)])
    return np.stack(rows).astype(np.float32)


def ties(name: str) -> np.ndarray:
    """Every code and every tie of an element with its neighbours, in blocks whose scale is 1."""
    dtype, exponent, _, bits, _ = FORMATS[name]
    if dtype is None:
        codes = np.arange(-127, 128) / 64
    else:
        codes = np.arange(2**bits, dtype=np.uint8).view(dtype).astype(np.float64)
    hard = around_codes(codes)
    hard = hard[np.abs(hard) < 2.0 ** (exponent + 1)]
    hard = np.pad(hard, (0, -hard.size % (BLOCK - 1)))
    first = np.full((hard.size // (BLOCK - 1), 1), 2.0**exponent)
    return np.concatenate([first, hard.reshape(-1, BLOCK - 1)], axis=1).astype(np.float32)


def scale_codes(name: str, blocks: np.ndarray, rule: str) -> np.ndarray:
    """E8M0 codes, from float64: frexp is exact."""
    _, exponent, largest, _, _ = FORMATS[name]
    amax = np.abs(blocks.astype(np.float64)).max(axis=1)
    if rule == "down":
        scale = np.frexp(amax)[1] - 1 - exponent
    else:
        mantissa, scale = np.frexp(amax / largest)
        scale = np.where(mantissa == 0.5, scale - 1, scale)
    return np.where(amax == 0, 0, np.clip(scale + 127, 0, 254)).astype(np.uint8)


def element_codes(name: str, blocks: np.ndarray, scales: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes, one a byte, and their values."""
    dtype, _, largest, _, _ = FORMATS[name]
    # A division by a power of two that only underflow can round, as in float32.
    scaled = (blocks / np.exp2(scales.astype(np.float64) - 127)[:, None]).astype(np.float32)
    if dtype is None:
        codes = np.clip(np.rint(scaled * np.float32(64)), -127, 127).astype(np.int8)
        return codes.view(np.uint8), codes.astype(np.float32) / 64
    codes = np.clip(scaled, -largest, largest).astype(np.float32).astype(dtype)
    return codes.view(np.uint8), codes.astype(np.float32)


def packed(codes: np.ndarray, bits: int) -> np.ndarray:
    """Least significant bits first."""
    each = np.unpackbits(codes[..., None], axis=-1, bitorder="little")[..., :bits]
    return np.packbits(each.reshape(codes.shape[0], -1), axis=-1, bitorder="little")


def ask_torchao(name: str, rule: str, blocks: np.ndarray, scales: np.ndarray, codes: np.ndarray) -> int:
    """Blocks that torchao casts; those at the ends of E8M0 it divides by another scale than it stores."""
    dtype, _, largest, bits, theirs = FORMATS[name]
    if theirs is None:
        return 0
    amax = np.abs(blocks.astype(np.float64)).max(axis=1)
    asked = (scales > 0) & (scales < 254)
    if rule == "up":
        # Its float32 log2 can't tell a power of two from its neighbours.
        ratio = np.frexp(amax / largest)[0]
        asked &= (ratio == 0.5) | ((ratio > 0.500001) & (ratio < 0.999999))
    stored, data = to_mx(torch.from_numpy(blocks[asked]), theirs, BLOCK, MODES[rule])
    stored = stored.view(torch.uint8).numpy().reshape(-1)
    data = data.view(torch.uint8).numpy()
    wanted = packed(codes[asked], 4) if bits == 4 else codes[asked]
    if not (np.array_equal(stored, scales[asked]) and np.array_equal(data, wanted)):
        raise SystemExit(f"{name} {rule}: torchao casts otherwise")
    return int(asked.sum())


def ask_compressed_tensors(name: str, blocks: np.ndarray, scales: np.ndarray, codes: np.ndarray) -> int:
    """Blocks that compressed-tensors quantizes and packs for the same scales. It drops the sign of -0."""
    if name not in ("mxfp8", "mxfp6_e2m3", "mxfp4"):
        return 0
    bits = FORMATS[name][3]
    scaled = (blocks / np.exp2(scales.astype(np.float64) - 127)[:, None]).astype(np.float32)
    asked = ~((scaled == 0) & np.signbit(scaled)).any(axis=1)
    args = QuantizationArgs(num_bits=bits, type="float", strategy="group", group_size=BLOCK, scale_dtype=torch.uint8)
    scale = torch.exp2(torch.from_numpy(scales[asked].astype(np.float32)) - 127)[:, None]
    if not np.array_equal(compress_mx_scale(scale, torch.uint8).numpy()[:, 0], scales[asked]):
        raise SystemExit(f"{name}: compressed-tensors stores other scales")
    values = quantize(x=torch.from_numpy(blocks[asked]), scale=scale, zero_point=None, args=args)
    if bits == 8:
        stored = values.to(torch.float8_e4m3fn).view(torch.uint8).numpy()
    else:
        stored = (pack_fp4_to_uint8 if bits == 4 else pack_fp6_to_uint8)(values).numpy()
    if not np.array_equal(stored, packed(codes[asked], bits)):
        raise SystemExit(f"{name}: compressed-tensors quantizes otherwise")
    return int(asked.sum())


SHARED = {"weights": weights(31, (12, 128)), "traps": traps()}
DENSE = dense(255 * 16, BLOCK)
content = {"inputs": {key: array(values) for key, values in SHARED.items()}, "dense": sha256(DENSE), "casts": []}
for name, (_, _, _, bits, _) in FORMATS.items():
    content["inputs"][f"ties {name}"] = array(ties(name))
    for key, values in {**SHARED, f"ties {name}": ties(name), "dense": DENSE.reshape(-1, 4 * BLOCK)}.items():
        for rule in MODES:
            blocks = values.reshape(-1, BLOCK)
            scales = scale_codes(name, blocks, rule)
            codes, decoded = element_codes(name, blocks, scales)
            theirs = ask_torchao(name, rule, blocks, scales, codes), ask_compressed_tensors(name, blocks, scales, codes)
            print(f"{name:11} {rule:5} {key:15} {len(blocks)} blocks; torchao {theirs[0]}, compressed-tensors {theirs[1]}")
            with np.errstate(over="ignore"):
                # The largest float32 under "up" may round to 2^128.
                decoded = (decoded * np.exp2(scales.astype(np.float64) - 127)[:, None]).astype(np.float32)
            stored = packed(codes.reshape(values.shape), bits)
            content["casts"].append({
                "format": name,
                "scaleRound": rule,
                "input": key,
                "scales": sha256(scales) if key == "dense" else array(scales.reshape(values.shape[0], -1)),
                "codes": sha256(stored) if key == "dense" else array(stored),
                "decoded": sha256(decoded),
            })
write("mx", content)
