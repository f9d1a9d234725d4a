"""Inputs of the block formats."""

import numpy as np


def dense(blocks: int, size: int) -> np.ndarray:
    """Blocks under every exponent, of values up to 2^15 apart; the test makes the same from the same recipe."""
    at = np.arange(blocks * size, dtype=np.uint64)
    mixed = ((at * np.uint64(2654435761) + np.uint64(12345)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    mixed ^= mixed >> np.uint32(15)
    mixed = ((mixed.astype(np.uint64) * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    mixed ^= mixed >> np.uint32(13)
    base = (at // size) % 255
    exponent = np.maximum(base.astype(np.int64) - (mixed >> 27 & 15).astype(np.int64), 0).astype(np.uint32)
    return (mixed & np.uint32(0x80000000) | exponent << np.uint32(23) | mixed & np.uint32(0x7FFFFF)).view(np.float32)
