"""ggml's block types by ggml itself: llama.cpp's libggml-base quantizes, Python gguf must agree where it can, and both
must decode alike. The library is the one that the npm package of node-llama-cpp carries, built without fused
multiply-add; see README.md for how it is installed."""

import ctypes
import hashlib
import os
from pathlib import Path

import gguf
import numpy as np
from gguf import GGML_QUANT_SIZES
from gguf import GGMLQuantizationType as Type

from mx_samples import dense
from store import array, write

ROOT = Path(__file__).resolve().parents[3]
INSTALLED = ".cache/oracles/ggml/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so"
LIBRARY = Path(os.environ.get("GGML_LIBRARY", ROOT / INSTALLED))
WRITTEN = ("Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS TQ1_0 TQ2_0 MXFP4 NVFP4").split()
READ = ("Q8_K Q1_0 IQ3_S IQ3_XXS IQ2_S IQ2_XS IQ2_XXS IQ1_M IQ1_S").split()
COLUMNS = 256


def library() -> ctypes.CDLL:
    if not LIBRARY.exists():
        raise SystemExit(f"{LIBRARY} is missing: test/oracles/README.md says how to install it, or set GGML_LIBRARY")
    loaded = ctypes.CDLL(str(LIBRARY))
    loaded.ggml_quantize_chunk.restype = ctypes.c_size_t
    count = ctypes.c_int64
    loaded.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, count, count, count, ctypes.c_void_p]
    return loaded


GGML = library()


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def one_nan(values: np.ndarray) -> np.ndarray:
    """Bits, every NaN as the same one."""
    return np.where(np.isnan(values), np.uint32(0x7FC00000), values.view(np.uint32))


def quantize(name: str, values: np.ndarray) -> np.ndarray:
    block, size = GGML_QUANT_SIZES[Type[name]]
    values = np.ascontiguousarray(values, np.float32)
    rows, columns = values.shape
    codes = np.zeros((rows, columns // block * size), np.uint8)
    GGML.ggml_quantize_chunk(int(Type[name]), values.ctypes.data, codes.ctypes.data, 0, rows, columns, None)
    try:
        with np.errstate(all="ignore"):
            theirs = gguf.quants.quantize(values, Type[name])
    except NotImplementedError:
        return codes
    # In blocks of -0 gguf takes -0 for the extreme and ggml 0, which gives Q4_0 and Q5_0 a d of the other sign.
    asked = values.any(axis=1)
    if not np.array_equal(theirs[asked], codes[asked]):
        raise SystemExit(f"{name}: gguf quantizes otherwise than libggml")
    return codes


def dequantize(name: str, codes: np.ndarray) -> np.ndarray:
    block, size = GGML_QUANT_SIZES[Type[name]]
    values = np.zeros((codes.shape[0], codes.shape[1] // size * block), np.float32)
    codes = np.ascontiguousarray(codes)
    spelling = name.lower().replace("_k", "_K")
    decode = getattr(GGML, f"dequantize_row_{spelling}")
    decode.restype = None
    decode.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    decode(codes.ctypes.data, values.ctypes.data, values.size)
    try:
        with np.errstate(all="ignore"):
            theirs = gguf.quants.dequantize(codes, Type[name]).astype(np.float32)
    except NotImplementedError:
        return values
    if not np.array_equal(one_nan(theirs), one_nan(values)):
        raise SystemExit(f"{name}: gguf decodes otherwise than libggml")
    return values


def mixed(at: np.ndarray) -> np.ndarray:
    """32 bits for each index; the test makes the same from the same recipe."""
    bits = ((at.astype(np.uint64) * np.uint64(2654435761) + np.uint64(12345)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    bits ^= bits >> np.uint32(15)
    bits = ((bits.astype(np.uint64) * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return bits ^ bits >> np.uint32(13)


def bell(rows: int) -> np.ndarray:
    """Weights as of a layer: sums of four uniform numbers, rows of different size. Exact in float32."""
    count = rows * COLUMNS
    words = [mixed(np.arange(count) * 2 + half) for half in (0, 1)]
    total = sum((word & 0xFFFF).astype(np.int64) + (word >> 16).astype(np.int64) for word in words) - 131070
    size = np.exp2(np.arange(count) // COLUMNS % 7 - 22)
    return (total * size).astype(np.float32).reshape(rows, COLUMNS)


def eighths(rows: int) -> np.ndarray:
    """Multiples of 1/8 up to 2: ties for every scale."""
    words = mixed(np.arange(rows * COLUMNS))
    return (((words >> 8) % 33).astype(np.float32) / 8 - 2).reshape(rows, COLUMNS)


def traps() -> np.ndarray:
    """One trap a row."""
    tiny, huge = 2.0**-149, float(np.finfo(np.float32).max)
    ramp = np.linspace(-1, 1, COLUMNS)
    one = np.eye(1, COLUMNS, 77)[0]
    rows = [
        np.zeros(COLUMNS),
        -np.zeros(COLUMNS),
        np.full(COLUMNS, 0.5),
        np.full(COLUMNS, -3.0),
        np.where(one, 112, 0.01 * ramp),
        one * tiny,
        np.arange(COLUMNS) * tiny,
        ramp * 2.0**-126,
        ramp * 2.0**-118,
        ramp * 2.0**-30,
        np.abs(ramp) + 1,
        -np.abs(ramp) - 1,
        ramp * 70000,
        ramp * 1e9,
        ramp * huge,
        np.where(one, huge, 2.0**-126),
        # Just below powers of two, where a float32 logarithm rounds up.
        np.nextafter(np.float32(2.0**40), np.float32(0)) * np.sign(ramp),
        # Zeros beside weights: runs whose scale is zero.
        np.where(np.arange(COLUMNS) // 16 % 2, ramp, 0),
    ]
    return np.stack(rows).astype(np.float32)


def random_blocks(name: str) -> np.ndarray:
    """Bytes that may be anything, so that every code and every scale occurs."""
    size = GGML_QUANT_SIZES[Type[name]][1]
    return (mixed(np.arange(size * 64)) & 0xFF).astype(np.uint8).reshape(64, size)


INPUTS = {"traps": traps(), "bell": bell(56), "eighths": eighths(16), "dense": dense(255 * 2, COLUMNS).reshape(-1, COLUMNS)}
content = {
    "traps": array(INPUTS["traps"]),
    "inputs": {key: sha256(values) for key, values in INPUTS.items()},
    "casts": [],
    "decodes": [],
}
for name in WRITTEN:
    for key, values in INPUTS.items():
        codes = quantize(name, values)
        content["casts"].append({
            "type": name,
            "input": key,
            "codes": array(codes) if key == "traps" else sha256(codes),
            "decoded": sha256(one_nan(dequantize(name, codes))),
        })
for name in WRITTEN + READ:
    codes = random_blocks(name)
    content["decodes"].append({"type": name, "codes": sha256(codes), "decoded": sha256(one_nan(dequantize(name, codes)))})
write("ggml", content)
