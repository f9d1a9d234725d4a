"""nf4 by bitsandbytes: packed bytes, absmax, state, and what it decodes to."""

import bitsandbytes.functional as bnb
import numpy as np
import torch
from bitsandbytes.backends.default.ops import _dequantize_4bit_compute

from samples import exponents, weights
from store import array, write


def ties(block: int) -> np.ndarray:
    """One block with absmax 1 that holds every bound between two codes, with its float32 neighbours, and all codes."""
    code = bnb.get_4bit_type("nf4", device="cpu").numpy()
    bounds = (code[:-1] + code[1:]) / np.float32(2)
    around = [bounds, np.nextafter(bounds, np.float32(-2)), np.nextafter(bounds, np.float32(2)), code]
    values = np.concatenate(around).astype(np.float32)
    values = np.pad(values, (0, block - values.size % block))
    values[-1] = 1
    return values


def small(seed: int) -> np.ndarray:
    """Blocks whose absmax is denormal, just above 1e-38, or spread over all exponents."""
    random = np.random.default_rng(seed)
    tiny = np.float32(2) ** np.float32(-149) * random.integers(0, 5000, 64).astype(np.float32)
    near = np.float32(1e-38) * random.standard_normal(64).astype(np.float32)
    return np.concatenate([tiny, near, exponents(seed, 1)[:192], np.zeros(64)]).astype(np.float32)


INPUTS = {
    "weights": (weights(3, (24, 128)), 64, torch.float32),
    "bf16 source": (weights(4, (6, 128)), 64, torch.bfloat16),
    "rows that no group divides": (weights(5, (13, 51)), 64, torch.float32),
    "one value too many": (weights(6, (1, 65)), 64, torch.float32),
    "short": (weights(7, (1, 3)), 64, torch.float32),
    "group 32": (weights(8, (4, 48)), 32, torch.float32),
    "group 256": (weights(9, (4, 160)), 256, torch.float32),
    "zeros": (np.zeros((2, 64), np.float32), 64, torch.float32),
    "zeros, last group not full": (np.zeros((1, 67), np.float32), 64, torch.float32),
    "ties": (ties(64)[None, :], 64, torch.float32),
    "ties, last group not full": (ties(64)[None, :-1] * np.float32(0.5), 64, torch.float32),
    "ties, absmax no power of two": (ties(64)[None, :] * np.float32(0.37), 64, torch.float32),
    "denormals and all exponents": (small(10)[None, :], 64, torch.float32),
    "vector": (weights(11, (1, 130))[0], 64, torch.float16),
}

cases = []
for name, (values, block, dtype) in INPUTS.items():
    x = torch.from_numpy(np.ascontiguousarray(values)).to(dtype)
    packed, state = bnb.quantize_4bit(x, blocksize=block, quant_type="nf4", compress_statistics=False)
    parts = state.as_dict(packed=True)
    # The generic backend in float32: code * absmax over the flattened tensor, as CUDA does. The native CPU kernel of
    # 0.50.2 counts blocks from the start of each row and so misreads rows that the block does not divide.
    decoded = _dequantize_4bit_compute(packed.reshape(-1), state.absmax, state.code, block, x.shape, torch.float32)
    cases.append({
        "name": name,
        "shape": list(x.shape),
        "group": block,
        "source": {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16"}[dtype],
        "input": array(x.float().numpy()),
        "codes": array(packed.numpy()),
        "absmax": array(state.absmax.numpy()),
        "state": bytes(parts["quant_state.bitsandbytes__nf4"].tolist()).decode(),
        "decoded": array(decoded.numpy()),
    })

write("nf4", {"quantMap": array(bnb.get_4bit_type("nf4", device="cpu").numpy()), "cases": cases})
