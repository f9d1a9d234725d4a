"""Columns kept in 16 bit: chosen by numpy, stored by torch, the others cast by torch as if those columns were zero."""

import numpy as np
import torch
from codebooks import packed, nearest, student
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from samples import weights
from store import array, write

DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def matrix() -> np.ndarray:
    values = weights(51, (11, 80))
    values[:, 7] *= 30
    values[4, 50] = 9
    values[2, 61] = -9  # as large as column 50: of the two the left one goes first
    values[9, 79] = 5
    return values.astype(np.float32)


def integers(x: torch.Tensor, bits: int, group: int) -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    largest = 2 ** (bits - 1) - 1
    groups = x.reshape(x.shape[0], -1, group)
    amax = groups.abs().amax(dim=-1)
    scale = torch.where(amax == 0, torch.ones_like(amax), amax / largest)
    scale = scale if bits == 8 else scale.to(torch.bfloat16)
    codes = torch.clamp(torch.round(groups / scale.float()[..., None]), -largest, largest)
    decoded = (codes * scale.float()[..., None]).reshape(x.shape)
    codes = codes.to(torch.int8).reshape(x.shape)
    return (codes.numpy().view(np.uint8) if bits == 8 else pack_to_int32(codes, bits).numpy()), scale, decoded


def codebook(x: torch.Tensor, group: int) -> tuple[np.ndarray, torch.Tensor, torch.Tensor]:
    table = student(4, 5)
    groups = x.reshape(x.shape[0], -1, group)
    amax = groups.abs().amax(dim=-1)
    scale = torch.where(amax == 0, torch.ones_like(amax), amax).to(torch.bfloat16)
    codes = nearest(table, (groups / scale.float()[..., None]).numpy())
    decoded = table.astype(np.float32)[codes] * scale.float().numpy()[..., None]
    return packed(codes.reshape(x.shape), 4), scale, torch.from_numpy(decoded.reshape(x.shape))


def cast(name: str, values: np.ndarray, source: str, count: int) -> dict:
    x = torch.from_numpy(values).to(DTYPES[source])
    magnitude = x.float().abs().amax(dim=0).numpy()
    # Of equal magnitudes the left column; a stable sort of the negated ones.
    kept = np.sort(np.argsort(-magnitude, kind="stable")[:count])
    stored = x[:, kept].to(torch.float16 if source == "F16" else torch.bfloat16)
    others = x.float().clone()
    others[:, kept] = 0
    if name == "sf4":
        codes, scale, decoded = codebook(others, 16)
    else:
        codes, scale, decoded = integers(others, int(name[3:]), 80 if name == "int8" else 16)
    decoded[:, kept] = stored.float()
    return {
        "format": name,
        "source": source,
        "outliers": count,
        "columns": kept.tolist(),
        "input": array(x.view({4: torch.int32, 2: torch.int16}[x.element_size()]).numpy()),
        "stored": array(stored.view(torch.int16).numpy()),
        "codes": array(codes),
        "scales": array(scale.view(torch.int32 if scale.dtype == torch.float32 else torch.int16).numpy()),
        "decoded": array(decoded.numpy()),
    }


VALUES = matrix()
write("outliers", {
    "cases": [
        cast("int8", VALUES, "F32", 1),
        cast("int8", VALUES, "F32", 2),
        cast("int8", VALUES, "F16", 4),
        cast("int4", VALUES, "BF16", 4),
        cast("sf4", VALUES, "F32", 3),
        cast("sf4", VALUES, "BF16", 20),
        cast("int8", VALUES, "F32", 100),
    ],
})
