"""The 4-bit formats of bitsandbytes, nf4 and fp4: packed bytes, absmax, state, what they decode to, and the same with
nested scales ("double quantization")."""

import hashlib
import json
import os

# One compilation a shape would take minutes.
os.environ["TORCHDYNAMO_DISABLE"] = "1"

import bitsandbytes.functional as bnb
import numpy as np
import torch
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute
from bitsandbytes.functional import QuantState

from samples import exponents, weights
from store import array, write

DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def ties(block: int) -> np.ndarray:
    """One block a format with absmax 1 that holds every bound between two codes, with its float32 neighbours, and all
    codes."""
    rows = []
    for name in ("nf4", "fp4"):
        code = np.sort(bnb.get_4bit_type(name, device="cpu").numpy())
        bounds = (code[:-1] + code[1:]) / np.float32(2)
        around = [bounds, np.nextafter(bounds, np.float32(-2)), np.nextafter(bounds, np.float32(2)), code]
        values = np.concatenate(around).astype(np.float32)
        values = np.pad(values, (0, block - values.size % block))
        values[-1] = 1
        rows.append(values)
    return np.stack(rows)


def small(seed: int) -> np.ndarray:
    """Blocks whose absmax is denormal, just above 1e-38, or spread over all exponents."""
    random = np.random.default_rng(seed)
    tiny = np.float32(2) ** np.float32(-149) * random.integers(0, 5000, 64).astype(np.float32)
    near = np.float32(1e-38) * random.standard_normal(64).astype(np.float32)
    return np.concatenate([tiny, near, exponents(seed, 1)[:192], np.zeros(64)]).astype(np.float32)


def dense(rows: int, columns: int) -> np.ndarray:
    """Many small groups of different size; the test makes the same from the same recipe."""
    at = np.arange(rows * columns, dtype=np.uint64)
    mixed = ((at * np.uint64(2654435761) + np.uint64(12345)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    mixed ^= mixed >> np.uint32(15)
    mixed = ((mixed.astype(np.uint64) * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    mixed ^= mixed >> np.uint32(13)
    size = (at // np.uint64(32) * np.uint64(7)) % np.uint64(29) + np.uint64(3)
    values = ((mixed >> np.uint32(16)).astype(np.float64) - 32768) * size.astype(np.float64) / 2**24
    return values.astype(np.float32).reshape(rows, columns)


INPUTS = {
    "weights": (weights(3, (24, 128)), 64, "F32"),
    "bf16 source": (weights(4, (6, 128)), 64, "BF16"),
    "rows that no group divides": (weights(5, (13, 51)), 64, "F32"),
    "one value too many": (weights(6, (1, 65)), 64, "F32"),
    "short": (weights(7, (1, 3)), 64, "F32"),
    "group 32": (weights(8, (4, 48)), 32, "F32"),
    "group 256": (weights(9, (4, 160)), 256, "F32"),
    "zeros": (np.zeros((2, 64), np.float32), 64, "F32"),
    "zeros, last group not full": (np.zeros((1, 67), np.float32), 64, "F32"),
    "ties": (ties(64), 64, "F32"),
    "ties, last group not full": (ties(64)[:, :-1] * np.float32(0.5), 64, "F32"),
    "ties, absmax no power of two": (ties(64) * np.float32(0.37), 64, "F32"),
    "denormals and all exponents": (small(10)[None, :], 64, "F32"),
    "vector": (weights(11, (1, 130))[0], 64, "F16"),
    "dense": (dense(130, 150), 32, "F32"),
    "dense, whole groups": (dense(64, 256), 32, "F32"),
}
# Nested scales of a tensor that holds every exponent say nothing; its mean overflows what float32 sums can tell.
UNNESTED = {"denormals and all exponents"}


def nearest_blockwise(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """`quantize_blockwise` of the backend for any device. The native CPU kernel looks codes up in a table of 65,536
    places of [-1, 1] instead, which is not always the nearest."""
    operator = torch.ops.bitsandbytes.quantize_blockwise.default
    return operator._op_dk(torch._C.DispatchKey.CompositeExplicitAutograd, values, bnb.create_dynamic_map(), 256)


def decode(packed: torch.Tensor, absmax: torch.Tensor, state: QuantState) -> np.ndarray:
    """The generic backend in float32: code * absmax over the flattened tensor, as CUDA does. The native CPU kernel of
    0.50.2 counts blocks from the start of each row and so misreads rows that the block does not divide."""
    shape = state.shape
    return _dequantize_4bit_compute(
        packed.reshape(-1), absmax, state.code, state.blocksize, shape, torch.float32
    ).numpy()


def nested(name: str, x: torch.Tensor, block: int, quant_type: str) -> dict:
    packed, state = bnb.quantize_4bit(x, blocksize=block, quant_type=quant_type, compress_statistics=True)
    _, plain = bnb.quantize_4bit(x, blocksize=block, quant_type=quant_type, compress_statistics=False)
    exact = np.float32(plain.absmax.numpy().astype(np.float64).mean())
    torch_mean = np.float32(state.offset.item())
    # Sums of torch depend on the machine's vectors; ours is the float64 mean, rounded once.
    if abs(torch_mean - exact) > 2 * np.spacing(exact):
        raise SystemExit(f"{name}: offset {torch_mean}, but the mean is {exact}")
    state.offset = torch.tensor(exact)
    codes, absmax = nearest_blockwise(plain.absmax - state.offset)
    differ = int((codes != state.absmax).sum())
    print(f"{quant_type} {name}: offset {'as torch' if torch_mean == exact else 'one unit off'}, "
          f"native codes differ in {differ} of {codes.numel()}")
    # For a last group of zeros the native kernel stores 0, the other 1e-38.
    native = state.state2.absmax.numpy().copy()
    native[-1] = max(native[-1], np.float32(1e-38)) if codes.numel() % 256 else native[-1]
    if torch_mean == exact and not np.array_equal(absmax.numpy(), native):
        raise SystemExit(f"{name}: nested absmax differ between backends")
    state.absmax, state.state2.absmax = codes, absmax
    parts = state.as_dict(packed=True)
    read = dict(parts)
    key = f"quant_state.bitsandbytes__{quant_type}"
    read[key] = torch.cat([parts[key], torch.full((9,), 32, dtype=torch.uint8)])
    # Spaces after the JSON are no harm to the reader.
    again = QuantState.from_dict(read, torch.device("cpu"))
    scales = bnb.dequantize_blockwise(again.absmax, again.state2) + again.offset
    text = bytes(parts[key].tolist()).decode()
    if json.loads(text)["nested_offset"] != float(exact):
        raise SystemExit(f"{name}: the offset is not written as it is")
    return {
        "absmax": array(codes.numpy()),
        "nestedAbsmax": array(parts["nested_absmax"].numpy()),
        "offset": float(exact),
        "state": text,
        "decoded": sha256(decode(packed, scales, again)),
    }


content = {
    "quantMap": {name: array(bnb.get_4bit_type(name, device="cpu").numpy()) for name in ("nf4", "fp4")},
    "nestedQuantMap": array(bnb.create_dynamic_map().numpy()),
    "cases": [],
}
for name, (values, block, source) in INPUTS.items():
    x = torch.from_numpy(np.ascontiguousarray(values)).to(DTYPES[source])
    casts = []
    for quant_type in ("nf4", "fp4"):
        packed, state = bnb.quantize_4bit(x, blocksize=block, quant_type=quant_type, compress_statistics=False)
        parts = state.as_dict(packed=True)
        casts.append({
            "type": quant_type,
            "codesShape": list(packed.shape),
            "codes": sha256(packed.numpy()) if name.startswith("dense") else array(packed.numpy()),
            "absmax": sha256(state.absmax.numpy()),
            "state": bytes(parts[f"quant_state.bitsandbytes__{quant_type}"].tolist()).decode(),
            "decoded": sha256(decode(packed, state.absmax, state)),
            "nested": None if name in UNNESTED else nested(name, x, block, quant_type),
        })
    content["cases"].append({
        "name": name,
        "shape": list(x.shape),
        "group": block,
        "source": source,
        "input": sha256(x.float().numpy()) if name.startswith("dense") else array(x.float().numpy()),
        "casts": casts,
    })
write("nf4", content)
