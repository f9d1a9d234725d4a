"""nvfp4 by compressed-tensors: global scale, block scales, quantized and packed bytes, and what they decode to.
torchao multiplies by a reciprocal where compressed-tensors divides: it must agree but for a few ties."""

import hashlib

import numpy as np
import torch
from compressed_tensors.compressors.nvfp4.base import NVFP4PackedCompressor
from compressed_tensors.compressors.nvfp4.helpers import unpack_fp4_from_uint8
from compressed_tensors.quantization import QuantizationScheme
from compressed_tensors.quantization.lifecycle.forward import dequantize
from compressed_tensors.quantization.quant_scheme import NVFP4A16
from compressed_tensors.quantization.utils import calculate_qparams, generate_gparam
from torchao.prototype.mx_formats.nvfp4_tensor import nvfp4_quantize

from samples import around_codes, exponents, weights
from store import array, write

BLOCK = 16
SCHEME = QuantizationScheme(targets=["Linear"], **NVFP4A16)
SMALLEST = 2.0**-9


def ties() -> np.ndarray:
    """Ties of E2M1 and their neighbours under many block scales: each block is multiplied by another number."""
    codes = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])
    hard = around_codes(np.concatenate([codes, -codes]))
    hard = hard[(np.abs(hard) <= 6) & (np.abs(hard) > 1e-30)]
    hard = np.pad(hard, (0, -hard.size % (BLOCK - 1)))
    blocks = np.concatenate([np.full((hard.size // (BLOCK - 1), 1), 6.0), hard.reshape(-1, BLOCK - 1)], axis=1)
    factors = np.concatenate([2.0 ** np.arange(-6, 9), [1.125, 3.5, 26, 288, 0.0859375, 448]])
    return (blocks[None] * factors[:, None, None]).reshape(-1, BLOCK)


def scale_ties() -> np.ndarray:
    """Blocks whose scale lies on a tie of E4M3 or beside it; the largest one makes the global scale 1."""
    scales = around_codes(torch.arange(0x7F, dtype=torch.uint8).view(torch.float8_e4m3fn).double().numpy())
    scales = scales[(scales > 0) & (scales < 448)]
    values = np.outer(np.append(scales, 448), np.r_[6.0, np.linspace(-6, 6, BLOCK - 1)])
    return values.astype(np.float32)


def odd_blocks() -> np.ndarray:
    """Zeros, one denormal, an outlier, blocks that underflow beside a large one, amax a power of two."""
    rows = np.zeros((8, BLOCK))
    rows[1, 3] = 2.0**-149
    rows[2] = np.r_[112, np.full(BLOCK - 1, 0.01)]
    rows[3] = np.linspace(-1, 1, BLOCK) * 1e-4
    rows[4] = np.linspace(-1, 1, BLOCK) * 1e-6
    rows[5] = np.where(np.arange(BLOCK) % 2, -4.0, 4.0)
    rows[6] = np.linspace(-2, 2, BLOCK) * 2.0**-6
    rows[7] = 1e-30
    return rows


INPUTS = {
    "weights": weights(41, (16, 128)),
    "experts": weights(42, (6, 32)).reshape(2, 3, 32),
    "odd blocks": odd_blocks(),
    "zeros": np.zeros((2, 32)),
    "tiny": np.linspace(-1, 1, 64).reshape(2, 32) * 2.0**-130,
    "smallest with a global scale": np.linspace(-1, 1, 64).reshape(2, 32) * 1e-35,
    "huge": np.linspace(-3e38, 3e38, 64).reshape(2, 32),
    "all exponents": exponents(43, 2)[:480].reshape(10, 48),
    "ties": ties(),
    "ties of the scale": scale_ties(),
}

cases = []
for name, values in INPUTS.items():
    x = torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
    flat = x.reshape(-1, x.shape[-1])
    global_scale = generate_gparam(x.min(), x.max())
    blocks = flat.reshape(flat.shape[0], -1, BLOCK)
    scale, _ = calculate_qparams(blocks.amin(-1), blocks.amax(-1), SCHEME.weights, global_scale)
    # Where a scale would be 0 compressed-tensors stores 0.125, we the smallest number: everything else is theirs.
    amax = blocks.abs().amax(-1)
    underflows = (global_scale * (amax / 6)).to(torch.float8_e4m3fn).float() == 0
    if not (scale[underflows] == 0.125).all():
        raise SystemExit(f"{name}: compressed-tensors stores {scale[underflows]} for an underflow")
    scale = torch.where(underflows, torch.tensor(SMALLEST), scale)
    state = {"weight": flat, "weight_scale": scale, "weight_global_scale": global_scale}
    stored = NVFP4PackedCompressor.compress(state, SCHEME)
    # compressed-tensors drops the sign of values that are -0 once they are divided; other negatives keep it on zero.
    unsigned = stored["weight_packed"]
    bare = torch.stack([unsigned & 15, unsigned >> 4], dim=-1).reshape(flat.shape)
    nibbles = torch.where(torch.signbit(flat) & (bare == 0), 8, bare).to(torch.uint8)
    packed = nibbles[:, 0::2] | nibbles[:, 1::2] << 4
    codes = unpack_fp4_from_uint8(packed, flat.shape[0], flat.shape[1], torch.float32)
    decoded = dequantize(codes, scale, args=SCHEME.weights, global_scale=global_scale, dtype=torch.float32)

    theirs_scale, theirs = nvfp4_quantize(flat, BLOCK, 1 / global_scale)
    normal = scale >= 2.0**-6
    differ = (theirs_scale.float() != scale) & normal
    nibbles = (unpack_fp4_from_uint8(theirs.view(torch.uint8), flat.shape[0], flat.shape[1], torch.float32) != codes)
    nibbles = nibbles.reshape(blocks.shape)[normal & ~differ]
    print(f"{name}: torchao differs in {int(differ.sum())} of {int(normal.sum())} scales, {int(nibbles.sum())} of {nibbles.numel()} codes")
    if name == "weights" and (differ.any() or nibbles.float().mean() > 0.001):
        raise SystemExit("torchao casts weights otherwise")
    cases.append({
        "name": name,
        "shape": list(x.shape),
        "input": array(x.numpy()),
        "codes": array(packed.numpy().reshape(*x.shape[:-1], -1)),
        "scales": array(stored["weight_scale"].view(torch.uint8).numpy().reshape(*x.shape[:-1], -1)),
        "globalScale": array(global_scale.numpy()),
        "decoded": hashlib.sha256(decoded.numpy().tobytes()).hexdigest(),
    })

write("nvfp4", cases)
