"""Golden files: JSON with named arrays, each little-endian bytes in base64."""

import base64
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[1] / "golden" / "model"


def array(values) -> dict:
    values = np.ascontiguousarray(values)
    return {
        "dtype": str(values.dtype),
        "shape": list(values.shape),
        "base64": base64.b64encode(values.tobytes()).decode("ascii"),
    }


def write(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
