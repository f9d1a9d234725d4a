"""Floats of 4 to 8 bits by ml_dtypes, plain and scaled; packing and blocks by compressed-tensors."""

import hashlib

import ml_dtypes
import numpy as np
import torch
from compressed_tensors.compressors.mxfp6.helpers import pack_fp6_to_uint8
from compressed_tensors.compressors.naive_quantized.base import NaiveQuantizationCompressor
from compressed_tensors.compressors.nvfp4.helpers import pack_fp4_to_uint8
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme

from mx_samples import dense
from samples import around_codes, extremes, weights
from store import array, write

# dtype, bits, whether it has NaN.
PLAIN = {
    "fp8_e4m3fnuz": (ml_dtypes.float8_e4m3fnuz, 8, True),
    "fp8_e5m2fnuz": (ml_dtypes.float8_e5m2fnuz, 8, True),
    "fp6_e2m3": (ml_dtypes.float6_e2m3fn, 6, False),
    "fp6_e3m2": (ml_dtypes.float6_e3m2fn, 6, False),
    "fp4_e2m1": (ml_dtypes.float4_e2m1fn, 4, False),
    # User formats with a peer: exponent and mantissa bits, IEEE-like.
    "e3m4": (ml_dtypes.float8_e3m4, 8, True),
    "e4m3": (ml_dtypes.float8_e4m3, 8, True),
    "e5m2": (ml_dtypes.float8_e5m2, 8, True),
}
TORCH = {"fp8_e4m3fnuz": torch.float8_e4m3fnuz, "fp8_e5m2fnuz": torch.float8_e5m2fnuz}


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def largest_of(dtype: type) -> np.float32:
    return np.float32(ml_dtypes.finfo(dtype).max)


def plain(name: str) -> dict:
    dtype, bits, has_nan = PLAIN[name]
    table = np.arange(2**bits, dtype=np.uint8).view(dtype).astype(np.float32)
    samples = {"hard": np.concatenate([around_codes(table), extremes()]).astype(np.float32), "dense": dense(4080, 16)}
    largest = largest_of(dtype)
    result = {"decoded": array(table), "input": array(samples["hard"])}
    for key, sample in samples.items():
        if not has_nan:
            # What NaN becomes without a NaN is nobody's standard.
            sample = np.where(np.isnan(sample), np.float32(0), sample)
        with np.errstate(over="ignore", invalid="ignore"):
            ieee = sample.astype(dtype).view(np.uint8)
            saturate = np.clip(sample, -largest, largest).astype(dtype).view(np.uint8)
        if name in TORCH:
            theirs = torch.from_numpy(sample).to(TORCH[name]).view(torch.uint8).numpy()
            differs = (theirs != ieee) & (theirs != saturate)
            print(f"{name} {key}: torch casts {int(differs.sum())} of {sample.size} otherwise")
        result[key] = {"ieee": sha256(ieee), "saturate": sha256(saturate)}
    return result


def packed_bits(codes: np.ndarray, bits: int) -> np.ndarray:
    """Least significant bits first, each row in whole bytes."""
    each = np.unpackbits(codes[..., None], axis=-1, bitorder="little")[..., :bits]
    return np.packbits(each.reshape(codes.shape[0], -1), axis=-1, bitorder="little")


def bare(codes: np.ndarray, bits: int) -> np.ndarray:
    return np.where(codes == 1 << (bits - 1), 0, codes).astype(np.uint8)


def unsigned_zero(codes: np.ndarray, dtype: type) -> torch.Tensor:
    values = codes.view(dtype).astype(np.float32)
    return torch.from_numpy(np.where(values == 0, np.float32(0), values))


def scaled(values: np.ndarray, name: str, size: int, scale_dtype: str, dtype: type) -> dict:
    bits = PLAIN[name][1] if name in PLAIN else 8
    groups = torch.from_numpy(values).reshape(-1, size)
    amax = groups.abs().amax(dim=1)
    scale = (amax / torch.tensor(largest_of(dtype))).to({"F32": torch.float32, "BF16": torch.bfloat16}[scale_dtype])
    scale = torch.where(amax == 0, torch.ones_like(scale), scale)
    quotients = (groups / scale.float()[:, None]).numpy()
    codes = np.clip(quotients, -largest_of(dtype), largest_of(dtype)).astype(dtype)
    decoded = codes.astype(np.float32) * scale.float().numpy()[:, None]
    codes = codes.view(np.uint8).reshape(values.shape)
    packed = codes if bits == 8 else packed_bits(codes, bits)
    peer = {"fp4_e2m1": pack_fp4_to_uint8, "fp6_e2m3": pack_fp6_to_uint8}.get(name)
    # compressed-tensors may drop the sign of zero, so it is asked about other codes.
    if peer and not np.array_equal(peer(unsigned_zero(codes, dtype)).numpy(), packed_bits(bare(codes, bits), bits)):
        raise SystemExit(f"{name}: compressed-tensors packs otherwise")
    return {
        "format": name,
        "scale": {"kind": "group", "size": size},
        "scaleDtype": scale_dtype,
        "codes": sha256(packed),
        "scales": sha256(scale.view(torch.int32 if scale_dtype == "F32" else torch.int16).numpy()),
        "decoded": sha256(decoded),
    }


def blocks(values: np.ndarray, rows: int, columns: int) -> dict:
    """fp8_e4m3 by blocks, ragged at both edges."""
    x = torch.from_numpy(values)
    pieces = [
        [x[r : r + rows, c : c + columns].abs().max() for c in range(0, x.shape[1], columns)]
        for r in range(0, x.shape[0], rows)
    ]
    amax = torch.tensor(pieces)
    scale = torch.where(amax == 0, torch.ones_like(amax), amax / 448)
    args = QuantizationArgs(num_bits=8, type="float", symmetric=True, strategy="block", block_structure=[rows, columns])
    scheme = QuantizationScheme(targets=["Linear"], weights=args)
    whole = NaiveQuantizationCompressor.compress({"weight": x, "weight_scale": scale}, scheme)
    decoded = NaiveQuantizationCompressor.decompress(whole, scheme)["weight"]
    return {
        "format": "fp8_e4m3",
        "scale": {"kind": "block", "rows": rows, "columns": columns},
        "scaleDtype": "F32",
        "codes": sha256(whole["weight"].view(torch.uint8).numpy()),
        "scales": sha256(scale.numpy()),
        "decoded": sha256(decoded.numpy()),
    }


def fitted(values: np.ndarray, name: str, dtype: type, regions: list[tuple[slice, slice]], scale: dict) -> dict:
    """The scale of least squared error in float64, of the grid amax * k / 64."""
    largest = largest_of(dtype)
    scales = []
    for region in regions:
        block = values[region]
        candidates = []
        for k in range(64, 15, -1):
            amax = np.abs(block).max() * np.float32(k / 64)
            candidates.append(amax / largest if amax > 0 else np.float32(1))
        errors = []
        for candidate in candidates:
            codes = np.clip(block / candidate, -largest, largest).astype(dtype)
            squares = (block.astype(np.float64) - (codes.astype(np.float32) * candidate).astype(np.float64)) ** 2
            lanes = [0.0] * 4
            for line in squares:
                for place, square in enumerate(line):
                    lanes[place % 4] += square
            errors.append(lanes[0] + lanes[2] + (lanes[1] + lanes[3]))
        scales.append(candidates[int(np.argmin(errors))])
    return {"format": name, "scale": scale, "scales": array(np.array(scales, np.float32))}


wide = weights(81, (9, 192))
wide[1, :] = 0
wide[2, :] = 0
wide[2, 3] = 1.5
wide[3, 1] = -0.0
wide[4, :] = 4
odd = weights(82, (19, 37))
odd[2, 5] *= 40
rows_of = [(slice(r, r + 1), slice(c, c + 32)) for r in range(9) for c in range(0, 192, 32)]
blocks_of = [(slice(r, r + 8), slice(c, c + 16)) for r in range(0, 19, 8) for c in range(0, 37, 16)]
E4M3, E2M1 = ml_dtypes.float8_e4m3fn, ml_dtypes.float4_e2m1fn
BLOCK = {"kind": "block", "rows": 8, "columns": 16}
GROUP = {"kind": "group", "size": 32}

write("small_floats", {
    "plain": {name: plain(name) for name in PLAIN},
    "inputs": {"wide": array(wide), "odd": array(odd)},
    "casts": [
        {"input": "wide", **scaled(wide, "fp8_e4m3", 32, "F32", E4M3)},
        {"input": "wide", **scaled(wide, "fp8_e4m3fnuz", 64, "BF16", ml_dtypes.float8_e4m3fnuz)},
        {"input": "wide", **scaled(wide, "fp8_e5m2fnuz", 64, "F32", ml_dtypes.float8_e5m2fnuz)},
        {"input": "wide", **scaled(wide, "fp6_e2m3", 32, "BF16", ml_dtypes.float6_e2m3fn)},
        {"input": "wide", **scaled(wide, "fp6_e3m2", 64, "F32", ml_dtypes.float6_e3m2fn)},
        {"input": "wide", **scaled(wide, "fp4_e2m1", 64, "BF16", E2M1)},
        {"input": "wide", **scaled(wide, "fp4_e2m1", 16, "F32", E2M1)},
        {"input": "odd", **blocks(odd, 8, 16)},
        {"input": "wide", **blocks(wide, 4, 64)},
    ],
    "fits": [
        {"input": "wide", **fitted(wide, "fp4_e2m1", E2M1, rows_of, GROUP)},
        {"input": "wide", **fitted(wide, "fp8_e4m3", E4M3, rows_of, GROUP)},
        {"input": "odd", **fitted(odd, "fp8_e4m3", E4M3, blocks_of, BLOCK)},
    ],
})
