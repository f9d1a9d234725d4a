"""GGUF files as the Python package `gguf` writes them, and what its reader says is in them.

    python files.py

Writes ../golden/gguf/files: `everything.gguf` (each type of metadata value and of tensor, alignment 64, version 3), the
same of version 2 as a list of changed bytes in `files.json`, `big-endian.gguf`, and a model split in three.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import gguf
import numpy as np

OUT = Path(__file__).resolve().parents[1] / "golden" / "gguf" / "files"
TYPE = gguf.GGMLQuantizationType
#: Types that GGUF files hold no tensors of: they exist while ggml computes.
TRANSIENT = {TYPE.Q8_1}


def everything(path: Path) -> None:
    generator = np.random.default_rng(5)
    writer = gguf.GGUFWriter(path, "unheard-of")
    writer.add_custom_alignment(64)
    writer.add_uint8("value.uint8", 200)
    writer.add_int8("value.int8", -100)
    writer.add_uint16("value.uint16", 60_000)
    writer.add_int16("value.int16", -30_000)
    writer.add_uint32("value.uint32", 4_000_000_000)
    writer.add_int32("value.int32", -2_000_000_000)
    writer.add_float32("value.float32", 1e-5)
    writer.add_uint64("value.uint64", 2**63 + 1)
    writer.add_int64("value.int64", -(2**62))
    writer.add_float64("value.float64", 0.1)
    writer.add_bool("value.bool", True)
    writer.add_string("value.string", "naïve 日本 👋")
    writer.add_string("value.empty", "")
    writer.add_array("list.int32", [1, -2, 3])
    writer.add_array("list.float64", [0.5, 1.5])
    writer.add_array("list.bool", [True, False, True])
    writer.add_array("list.string", ["a", "", "ж"])
    writer.add_array("list.long", list(range(2000)))
    for kind in TYPE:
        if kind in TRANSIENT:
            continue
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        shape = (3, 2 * elements)
        data = generator.integers(0, 256, (3, 2 * size), dtype=np.uint8)
        writer.add_tensor(f"tensor.{kind.name}", data, raw_shape=gguf.quant_shape_to_byte_shape(shape, kind), raw_dtype=kind)
    writer.add_tensor("tensor.cube", np.arange(24, dtype=np.float32).reshape(2, 3, 4))
    writer.add_tensor("tensor.odd", np.arange(5, dtype=np.float16))
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def small(path: Path, **options) -> None:
    writer = gguf.GGUFWriter(path, "llama", **options)
    writer.add_block_count(3)
    for at in range(3):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{at}.{name}.weight", np.full(7, at, dtype=np.float32))
    finish(writer)


def contents(path: Path) -> dict:
    reader = gguf.GGUFReader(path)
    tensors = [
        {
            "name": tensor.name,
            "dtype": tensor.tensor_type.name,
            "shape": [int(extent) for extent in reversed(tensor.shape)],
            "offset": int(tensor.data_offset),
            "bytes": int(tensor.n_bytes),
            "sha256": hashlib.sha256(tensor.data.tobytes()).hexdigest(),
        }
        for tensor in reader.tensors
    ]
    metadata = {key: field.contents() for key, field in reader.fields.items() if not key.startswith("GGUF.")}
    # JSON has no integers of 64 bits.
    wide = {key: str(value) if isinstance(value, int) and abs(value) > 2**53 else value for key, value in metadata.items()}
    return {"metadata": wide, "tensors": tensors}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    everything(OUT / "everything.gguf")
    small(OUT / "big-endian.gguf", endianess=gguf.GGUFEndian.BIG)
    small(OUT / "split.gguf", split_max_tensors=2)
    found = {path.name: contents(path) for path in sorted(OUT.glob("*.gguf")) if path.name != "big-endian.gguf"}
    (OUT / "files.json").write_text(json.dumps(found, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")
    for path in sorted(OUT.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")


main()
