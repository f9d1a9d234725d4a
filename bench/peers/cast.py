"""Casts of other programs, timed on request: one line of standard input names a cast, the answer is its seconds.

Started by bench/cast.mjs, which sends `count columns` first and gets the names of what can be run here. One thread.
"""

import ctypes
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402

casts = {}
count, columns = (int(word) for word in sys.stdin.readline().split())
state = np.arange(count, dtype=np.uint32) * np.uint32(1664525) + np.uint32(1013904223)
values = (state.view(np.int32).astype(np.float32) / np.float32(2**31)) * np.float32(0.1)
matrix = values.reshape(-1, columns)


def with_torch():
    import torch

    torch.set_num_threads(1)
    tensor = torch.from_numpy(matrix)
    for name, dtype in {
        "bf16": torch.bfloat16,
        "fp16": torch.float16,
        "fp8_e4m3": torch.float8_e4m3fn,
        "fp8_e5m2": torch.float8_e5m2,
    }.items():
        casts[f"torch {name}"] = lambda dtype=dtype: tensor.to(dtype)

    def int8():
        scale = tensor.abs().amax(dim=1, keepdim=True) / 127
        return torch.round(tensor / scale).clamp(-127, 127).to(torch.int8)

    def int4():
        groups = tensor.view(-1, 128)
        scale = groups.abs().amax(dim=1, keepdim=True) / 7
        return torch.round(groups / scale).clamp(-7, 7).to(torch.int8)

    casts["torch int8"] = int8
    casts["torch int4"] = int4


def with_ml_dtypes():
    import ml_dtypes

    for name, dtype in {
        "bf16": ml_dtypes.bfloat16,
        "fp8_e4m3": ml_dtypes.float8_e4m3fn,
        "fp8_e5m2": ml_dtypes.float8_e5m2,
        "fp4_e2m1": ml_dtypes.float4_e2m1fn,
        "fp6_e2m3": ml_dtypes.float6_e2m3fn,
        "fp6_e3m2": ml_dtypes.float6_e3m2fn,
    }.items():
        casts[f"ml_dtypes {name}"] = lambda dtype=dtype: matrix.astype(dtype)


def with_bitsandbytes():
    import bitsandbytes.functional as functional
    import torch

    tensor = torch.from_numpy(matrix)
    for name in ("nf4", "fp4"):
        casts[f"bitsandbytes {'e2m1_bnb' if name == 'fp4' else name}"] = lambda name=name: functional.quantize_4bit(
            tensor, blocksize=64, quant_type=name
        )


GGML_TYPES = {
    "q4_0": 2, "q4_1": 3, "q5_0": 6, "q5_1": 7, "q8_0": 8, "q2_k": 10, "q3_k": 11, "q4_k": 12, "q5_k": 13,
    "q6_k": 14, "iq4_nl": 20, "tq1_0": 34, "tq2_0": 35,
}  # fmt: skip


def with_ggml():
    path = os.environ["DOWNCAST_GGML_LIBRARY"]
    library = ctypes.CDLL(path)
    quantize = library.ggml_quantize_chunk
    quantize.restype = ctypes.c_size_t
    quantize.argtypes = [
        ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p,
    ]  # fmt: skip
    target = np.empty(count * 4, dtype=np.uint8)
    for name, kind in GGML_TYPES.items():
        casts[f"llama.cpp {name}"] = lambda kind=kind: quantize(
            kind, matrix.ctypes.data, target.ctypes.data, 0, matrix.shape[0], columns, None
        )


for start in (with_torch, with_ml_dtypes, with_bitsandbytes, with_ggml):
    try:
        start()
    except (ImportError, KeyError, OSError) as error:
        print(f"{start.__name__}: not measured: {error!r}", file=sys.stderr)

print(",".join(casts), flush=True)
for line in sys.stdin:
    cast = casts[line.strip()]
    started = time.perf_counter()
    cast()
    print(time.perf_counter() - started, flush=True)
