"""Records what the reference safetensors library says: verdicts on crafted files, what it reads out of a
file of our writer, and a file of its own for our reader. See README.md for how to run it."""

import hashlib
import json
import pathlib
import sys

import numpy as np
import safetensors
import safetensors.numpy

INPUTS = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent.parent / "fixtures" / "checkpoints"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def verdict(path):
    """Both entrances of the library must agree; the text is the one of the memory-mapped reader."""
    data = path.read_bytes()
    error = None
    try:
        with safetensors.safe_open(path, framework="np") as file:
            list(file.keys())
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    try:
        safetensors.deserialize(data)
        in_memory = None
    except Exception as raised:
        in_memory = f"{type(raised).__name__}: {raised}"
    result = {"sha256": sha256(data), "verdict": "refused" if error else "accepted"}
    if error:
        result["error"] = error[:160]
    if (in_memory is None) != (error is None):
        result["from_memory"] = (in_memory or "accepted")[:160]
    return result


def listing(path):
    """Every tensor as the library itself hands it out, raw bytes included."""
    tensors = [
        {"name": name, "dtype": view["dtype"], "shape": list(view["shape"]), "sha256": sha256(bytes(view["data"]))}
        for name, view in safetensors.deserialize(path.read_bytes())
    ]
    with safetensors.safe_open(path, framework="np") as file:
        metadata = file.metadata()
    return {
        "sha256": sha256(path.read_bytes()),
        "metadata": metadata,
        "tensors": sorted(tensors, key=lambda tensor: tensor["name"]),
    }


def write_own(path):
    """A small file in the library's own layout: sorted by alignment, then by name."""
    generator = np.random.default_rng(7)
    tensors = {
        "model.embed_tokens.weight": generator.standard_normal((6, 4)).astype(np.float32),
        "model.layers.0.self_attn.q_proj.weight": generator.standard_normal((4, 4)).astype(np.float16),
        "model.layers.0.mlp.up_proj.weight": generator.integers(-128, 127, (5, 3)).astype(np.int8),
        "mask": np.array([True, False, True]),
        "steps": np.array(41, dtype=np.int64),
        "nothing": np.zeros((0, 3), dtype=np.float64),
    }
    safetensors.numpy.save_file(tensors, path, metadata={"format": "np"})


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


ids = json.loads((INPUTS / "ids.json").read_text(encoding="utf-8"))
verdicts = {name: verdict(INPUTS / f"{at}.safetensors") for at, name in enumerate(ids)}
write_json(FIXTURES / "reference-verdicts.json", {"safetensors": safetensors.__version__, "verdicts": verdicts})
write_json(HERE / "written-by-us.json", listing(INPUTS / "written-by-us.safetensors"))
own = HERE / "written-by-reference.safetensors"
write_own(own)
write_json(HERE / "written-by-reference.json", listing(own))
print(len(ids), "crafted files,", sum(v["verdict"] == "accepted" for v in verdicts.values()), "accepted by the reference")
