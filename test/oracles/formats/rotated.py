"""Hadamard rotations by scipy's matrix in float64."""

import numpy as np
from scipy.linalg import hadamard

from samples import weights
from store import array, write

values = weights(61, (3, 160))
content = {"input": array(values), "rotated": []}
for size in (2, 4, 16, 32, 128):
    matrix = hadamard(size) / np.sqrt(size)
    whole = values.shape[1] // size * size
    turned = values.astype(np.float64)
    runs = turned[:, :whole].reshape(-1, size)
    turned[:, :whole] = (runs @ matrix).reshape(values.shape[0], whole)
    content["rotated"].append({"size": size, "values": array(turned.astype(np.float32))})
write("rotated", content)
