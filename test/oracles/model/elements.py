"""What torch makes of single elements and rows, in float64: activation functions, soft caps, layer norm.

    python elements.py

Written to ../golden/model/elements.json.
"""

from __future__ import annotations

import torch
from torch.nn import functional as F

from store import FOLDER, array, write

COLUMNS = 37
CAP = 3.5


def main() -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.cat([torch.linspace(-12, 12, 481), torch.logspace(-12, 2, 57), -torch.logspace(-12, 2, 57)]).float()
    rows, weight, bias = (torch.randn(n, COLUMNS, generator=generator) for n in (5, 1, 1))
    rows = 3 * rows + 10
    wide = x.double()
    write(
        FOLDER / "elements.json",
        {
            "x": array(x.numpy()),
            "gelu": array(F.gelu(wide).numpy()),
            "gelu_tanh": array(F.gelu(wide, approximate="tanh").numpy()),
            "relu": array(F.relu(wide).numpy()),
            "cap": CAP,
            "softcap": array((CAP * torch.tanh(wide / CAP)).numpy()),
            "rows": array(rows.numpy()),
            "weight": array(weight[0].numpy()),
            "bias": array(bias[0].numpy()),
            "epsilon": 1e-5,
            "layerNorm": array(
                F.layer_norm(rows.double(), (COLUMNS,), weight[0].double(), bias[0].double(), 1e-5).numpy()
            ),
        },
    )


if __name__ == "__main__":
    main()
