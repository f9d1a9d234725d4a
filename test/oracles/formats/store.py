"""Golden files: one JSON of named arrays, each little-endian bytes in base64."""

import base64
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "formats"


def array(values: np.ndarray) -> dict:
    values = np.ascontiguousarray(values)
    return {
        "dtype": str(values.dtype),
        "shape": list(values.shape),
        "base64": base64.b64encode(values.tobytes()).decode("ascii"),
    }


def write(name: str, content: dict) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
