"""Scaled casts: torch arithmetic with amax / largest, rounded to the dtype of the scale; packing and decoding by
compressed-tensors itself."""

import numpy as np
import torch
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from compressed_tensors.quantization import QuantizationArgs
from compressed_tensors.quantization.lifecycle.forward import dequantize

from samples import weights
from store import array, write

LARGEST = {"fp8_e4m3": 448.0, "fp8_e5m2": 57344.0, "int8": 127.0, "int4": 7.0}
TORCH = {"fp8_e4m3": torch.float8_e4m3fn, "fp8_e5m2": torch.float8_e5m2}
SCALE = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def matrix(seed: int, rows: int, columns: int) -> np.ndarray:
    values = weights(seed, (rows, columns))
    values[1, :] = 0  # a row of zeros
    values[2, :] = 0
    values[2, 3] = 1.5  # one outlier
    values[3, 0] = 1e-40  # a denormal
    values[3, 1] = -0.0
    values[4, :] = 4  # amax a power of two
    values[4, 1::2] = -0.5
    if rows > 6:
        # Ties: halves of the scale of an integer format.
        values[5, :] = (np.arange(columns) % 13 - 6) / 2
        values[5, 0] = 7
        values[6, :] = (np.arange(columns) % 253 - 126) / 2
        values[6, 0] = 127
    return values.astype(np.float32)


def groups_of(x: torch.Tensor, kind: str, size: int) -> torch.Tensor:
    if kind == "tensor":
        return x.reshape(1, -1)
    return x.reshape(-1, x.shape[1] if kind == "channel" else size)


def stored_scale(groups: torch.Tensor, largest: float, dtype: torch.dtype) -> torch.Tensor:
    amax = groups.abs().amax(dim=1)
    scale = (amax / torch.tensor(largest, dtype=torch.float32)).to(dtype)
    return torch.where(amax == 0, torch.ones_like(scale), scale)


def cast(values: np.ndarray, name: str, kind: str, size: int, scale_dtype: str) -> dict:
    x = torch.from_numpy(values)
    groups = groups_of(x, kind, size)
    scale = stored_scale(groups, LARGEST[name], SCALE[scale_dtype])
    if not (scale.float() > 0).all():
        raise SystemExit(f"{name} {kind}: a scale underflows, which torch can't show")
    scaled = groups / scale.float()[:, None]
    strategy = {"strategy": kind, "group_size": size if kind == "group" else None}
    if name.startswith("fp8"):
        codes = torch.clamp(scaled, -LARGEST[name], LARGEST[name]).to(TORCH[name]).reshape(x.shape)
        stored = codes.view(torch.uint8).numpy()
        args = QuantizationArgs(num_bits=8, type="float", symmetric=True, **strategy)
    else:
        codes = torch.clamp(torch.round(scaled), -LARGEST[name], LARGEST[name]).to(torch.int8).reshape(x.shape)
        bits = 8 if name == "int8" else 4
        stored = codes.numpy() if bits == 8 else pack_to_int32(codes, 4).numpy()
        args = QuantizationArgs(num_bits=bits, type="int", symmetric=True, **strategy)
    shape = (1,) if kind == "tensor" else (x.shape[0], -1)
    scale = scale.reshape(shape)
    decoded = dequantize(codes, scale.float(), args=args)
    if not torch.equal(decoded, codes.float() * scale.float().repeat_interleave(x.shape[1] // scale.shape[-1], dim=-1)):
        raise SystemExit(f"{name} {kind}: compressed-tensors decodes otherwise than code * scale")
    return {
        "format": name,
        "scale": {"kind": "group", "size": size} if kind == "group" else {"kind": kind},
        "scaleDtype": scale_dtype,
        "codes": array(stored),
        "scales": array(scale.view(torch.int16 if scale_dtype != "F32" else torch.int32).numpy()),
        "decoded": array(decoded.numpy()),
    }


wide, odd = matrix(1, 9, 256), matrix(2, 7, 39)
content = {
    "wide": array(wide),
    "odd": array(odd),
    "casts": [
        {"input": "wide", **cast(wide, "fp8_e4m3", "channel", 0, "F32")},
        {"input": "wide", **cast(wide, "fp8_e4m3", "tensor", 0, "F32")},
        {"input": "odd", **cast(odd, "fp8_e4m3", "channel", 0, "BF16")},
        {"input": "odd", **cast(odd, "fp8_e5m2", "channel", 0, "F32")},
        {"input": "odd", **cast(odd, "fp8_e5m2", "tensor", 0, "BF16")},
        {"input": "wide", **cast(wide, "int8", "channel", 0, "F32")},
        {"input": "wide", **cast(wide, "int8", "tensor", 0, "F16")},
        {"input": "odd", **cast(odd, "int8", "group", 13, "BF16")},
        {"input": "odd", **cast(odd, "int8", "channel", 0, "F16")},
        {"input": "wide", **cast(wide, "int4", "group", 128, "BF16")},
        {"input": "wide", **cast(wide, "int4", "group", 32, "F16")},
        {"input": "odd", **cast(odd, "int4", "group", 13, "F32")},
        {"input": "odd", **cast(odd, "int4", "channel", 0, "BF16")},
    ],
}
write("scaled", content)
