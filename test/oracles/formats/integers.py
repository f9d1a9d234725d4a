"""Integers of 2 to 8 bits: compressed-tensors finds scales and zero points, quantizes, packs and decodes. Derived widths
and fitted scales by numpy from their definitions."""

import hashlib

import numpy as np
import torch
from compressed_tensors.compressors.naive_quantized.base import NaiveQuantizationCompressor
from compressed_tensors.compressors.pack_quantized.base import PackedQuantizationCompressor
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from compressed_tensors.quantization.lifecycle.forward import dequantize, quantize
from compressed_tensors.quantization.utils.helpers import calculate_qparams

from samples import weights
from store import array, write

SCALE = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def matrix(seed: int, rows: int, columns: int) -> np.ndarray:
    values = weights(seed, (rows, columns))
    values[1, :] = 0
    values[2, :] = 0
    values[2, 3] = 1.5
    values[3, 0] = 1e-40
    values[3, 1] = -0.0
    values[4, :] = 4
    values[4, 1::2] = -0.5
    values[5, :] = np.abs(values[5, :])  # only positive: the zero point is the lowest code
    values[6, :] = -np.abs(values[6, :])
    values[7, :] = (np.arange(columns) % 13 - 6) / 2  # ties of a scale of 1
    values[7, 0] = 7
    values[8, :] = (np.arange(columns) % 31) / 2
    values[8, 0] = -1.5
    values[8, 1] = 13.5  # asymmetric 4 bits: scale 1, zero point off by half
    return values.astype(np.float32)


def args_of(bits: int, scale: dict, symmetric: bool) -> QuantizationArgs:
    kind = scale["kind"]
    extra = {"group_size": scale["size"]} if kind == "group" else {}
    if kind == "block":
        extra = {"block_structure": [scale["rows"], scale["columns"]]}
    return QuantizationArgs(num_bits=bits, type="int", symmetric=symmetric, strategy=kind, **extra)


def regions(x: torch.Tensor, scale: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """Least and largest value under each scale, shaped as the scales are."""
    rows, columns = x.shape
    if scale["kind"] == "tensor":
        return x.min().reshape(1), x.max().reshape(1)
    if scale["kind"] == "block":
        height, width = scale["rows"], scale["columns"]
        pieces = [[x[r : r + height, c : c + width] for c in range(0, columns, width)] for r in range(0, rows, height)]
        low = torch.tensor([[piece.min() for piece in line] for line in pieces])
        return low, torch.tensor([[piece.max() for piece in line] for line in pieces])
    size = scale.get("size", columns)
    grouped = x.reshape(rows, columns // size, size)
    return grouped.amin(-1), grouped.amax(-1)


def cast(values: np.ndarray, bits: int, scale: dict, scale_dtype: str, symmetric: bool, narrow: bool) -> dict:
    x = torch.from_numpy(values)
    args = args_of(bits, scale, symmetric)
    low, high = regions(x, scale)
    lowest = -(2 ** (bits - 1))
    if symmetric and narrow:
        stored = torch.maximum(low.abs(), high.abs()) / torch.tensor(float(-lowest - 1))
        zeros = None
    else:
        stored, zeros = calculate_qparams(low, high, args)
    stored = stored.to(SCALE[scale_dtype])
    empty = (low == 0) & (high == 0)
    stored = torch.where(empty, torch.ones_like(stored), stored)
    if symmetric:
        zeros = None
    else:
        # The zero point follows from the scale as it is stored.
        zeros = torch.clamp(torch.round(lowest - torch.minimum(low, torch.zeros(())) / stored.float()), lowest, -lowest - 1)
        if scale_dtype == "F32":
            theirs = calculate_qparams(low, high, args)[1]
            if not torch.equal(theirs[~empty], zeros.to(torch.int8)[~empty]):
                raise SystemExit("compressed-tensors finds other zero points")
        zeros = zeros.to(torch.int8)
    codes = quantize(x=x, scale=stored.float(), zero_point=zeros, args=args, dtype=torch.int8)
    if symmetric and narrow:
        codes = codes.clamp(min=lowest + 1)
    decoded = dequantize(codes, stored.float(), zeros, args=args)
    result = {
        "format": f"int{bits}",
        "scale": scale,
        "scaleDtype": scale_dtype,
        **({} if symmetric else {"symmetric": False}),
        **({} if narrow else {"narrow": False}),
        "scales": sha256(stored.view(torch.int32 if scale_dtype == "F32" else torch.int16).numpy()),
        "decoded": sha256(decoded.numpy()),
    }
    packed = bits < 8
    result["codes"] = sha256(pack_to_int32(codes, bits).numpy() if packed else codes.numpy())
    if not symmetric:
        down = packed and scale["kind"] != "tensor"
        result["zeros"] = sha256(pack_to_int32(zeros, bits, packed_dim=0).numpy() if down else zeros.numpy())
    if not (symmetric and narrow):
        # The whole compressor, on what it would be given.
        scheme = QuantizationScheme(targets=["Linear"], weights=args)
        state = {"weight": x, "weight_scale": stored.float()}
        if zeros is not None:
            state["weight_zero_point"] = zeros
        compressor = PackedQuantizationCompressor if packed else NaiveQuantizationCompressor
        whole = compressor.compress(state, scheme)
        parts = {"codes": whole["weight_packed" if packed else "weight"]}
        if zeros is not None:
            parts["zeros"] = whole["weight_zero_point"]
        for name, part in parts.items():
            if sha256(part.numpy()) != result[name]:
                raise SystemExit(f"{result}: the compressor stores other {name}")
        if not torch.equal(compressor.decompress(whole, scheme)["weight"], decoded):
            raise SystemExit(f"{result}: the compressor decodes otherwise")
    return result


GROUP = {"kind": "group", "size": 13}
CHANNEL, TENSOR = {"kind": "channel"}, {"kind": "tensor"}
BLOCK = {"kind": "block", "rows": 8, "columns": 16}
odd = matrix(71, 37, 39)
INPUTS = {"odd": odd}
casts = []
for bits in (8, 7, 6, 5, 4, 3, 2):
    for scale in (GROUP, CHANNEL, TENSOR, *([BLOCK] if bits == 8 else [])):
        for scale_dtype in ("F32", "BF16"):
            for symmetric, narrow in ((True, True), (True, False), (False, True)):
                casts.append({"input": "odd", **cast(odd, bits, scale, scale_dtype, symmetric, narrow)})


def derive(values: np.ndarray, high: int, low: int, scale: dict, narrow: bool) -> dict:
    """Double Rounding: codes of `low` bits from those of `high` bits."""
    x = torch.from_numpy(values)
    least, most = regions(x, scale)
    amax = torch.maximum(least.abs(), most.abs())
    top = float(2 ** (high - 1) - (1 if narrow else 0.5))
    stored = torch.where(amax == 0, torch.ones_like(amax), amax / torch.tensor(top))
    wide = quantize(x=x, scale=stored, zero_point=None, args=args_of(high, scale, True), dtype=torch.int8)
    wide = wide.clamp(min=-(2 ** (high - 1)) + (1 if narrow else 0)).numpy().astype(np.float64)
    ratio = 2.0 ** (high - low)
    least_code = -(2 ** (low - 1)) + (1 if narrow else 0)
    codes = np.clip(np.rint(wide / ratio), least_code, 2 ** (low - 1) - 1).astype(np.int8)
    return {
        "format": f"int{low}",
        "via": f"int{high}",
        "scale": scale,
        **({} if narrow else {"narrow": False}),
        "codes": sha256(pack_to_int32(torch.from_numpy(codes), low).numpy()),
        "scales": sha256(stored.numpy() * np.float32(ratio)),
    }


derived = [
    derive(odd, high, low, scale, narrow)
    for high, low in ((8, 7), (7, 5), (8, 6), (8, 4), (8, 2), (6, 3), (4, 2))
    for scale in (GROUP, CHANNEL)
    for narrow in (True, False)
]


def shrinks() -> list[np.float32]:
    return [np.float32(k / 64) for k in range(64, 15, -1)]


def best(run: np.ndarray, candidates: list, through) -> int:
    """The first candidate of least squared error, in float64."""
    errors = []
    for candidate in candidates:
        squares = (run.astype(np.float64) - through(run, candidate).astype(np.float64)) ** 2
        # The order of the sum is part of the definition: four by place, then the four.
        lanes = [0.0] * 4
        for place, square in enumerate(squares):
            lanes[place % 4] += square
        errors.append(lanes[0] + lanes[2] + (lanes[1] + lanes[3]))
    return int(np.argmin(errors))


def fitted(values: np.ndarray, bits: int, size: int, symmetric: bool) -> dict:
    lowest, highest = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    scales, zeros = [], []
    one = np.float32(1)

    def through(run: np.ndarray, candidate: tuple) -> np.ndarray:
        scale, zero = candidate
        codes = np.clip(np.rint(run / scale + np.float32(zero)), lowest + (1 if symmetric else 0), highest)
        return (codes.astype(np.float32) - np.float32(zero)) * scale

    for run in values.reshape(-1, size):
        candidates = []
        for shrink in shrinks():
            if symmetric:
                amax = np.abs(run).max() * shrink
                candidates.append((amax / np.float32(highest) if amax > 0 else one, 0.0))
            else:
                low, high = min(run.min(), np.float32(0)) * shrink, max(run.max(), np.float32(0)) * shrink
                scale = (high - low) / np.float32(2**bits - 1) if high > low else one
                zero = np.float32(lowest) - low / scale
                candidates.append((scale, float(np.clip(np.rint(zero), lowest, highest))))
        scale, zero = candidates[best(run, candidates, through)]
        scales.append(scale)
        zeros.append(zero)
    return {
        "format": f"int{bits}",
        "scale": {"kind": "group", "size": size},
        **({} if symmetric else {"symmetric": False}),
        "scales": array(np.array(scales, np.float32)),
        "zeros": array(np.array(zeros, np.float32)),
    }


fit_input = weights(72, (8, 128))
fit_input[2, 5] *= 40
fit_input[3, :64] = 0
INPUTS["fit"] = fit_input
fits = [fitted(fit_input, bits, 64, symmetric) for bits in (8, 4, 3, 2) for symmetric in (True, False)]


def ternary(values: np.ndarray, scale: dict) -> dict:
    x = torch.from_numpy(values)
    size = {"tensor": x.numel(), "channel": x.shape[1]}.get(scale["kind"], scale.get("size"))
    groups = x.reshape(-1, size)
    mean = groups.double().abs().mean(dim=1).float()
    mean = torch.where(mean == 0, torch.ones_like(mean), mean)
    codes = torch.clamp(torch.round(groups / mean[:, None]), -1, 1)
    return {
        "scale": scale,
        "scales": array(mean.numpy()),
        "codes": sha256(pack_to_int32(codes.to(torch.int8).reshape(x.shape), 2).numpy()),
        "decoded": sha256((codes * mean[:, None]).numpy()),
    }


write("integers", {
    "inputs": {name: array(values) for name, values in INPUTS.items()},
    "casts": casts,
    "derived": derived,
    "fits": fits,
    "ternary": [ternary(odd, scale) for scale in (GROUP, CHANNEL, TENSOR)],
})
