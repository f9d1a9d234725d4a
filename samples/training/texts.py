"""Writes the evaluation texts of samples/text from the held-out addresses and Moby-Dick.

    python texts.py --node-modules DIR --out ../text
"""

from __future__ import annotations

import argparse
from pathlib import Path

from corpus import Address, load_addresses, load_moby_dick

LIMIT = 125_000


def excerpt(addresses: tuple[Address, ...]) -> str:
    """The opening of every address, all equally long, cut at a sentence end: old and new language alike."""
    share = LIMIT // len(addresses)
    pieces = []
    for address in addresses:
        text = address.text[:share]
        end = max(text.rfind(". "), text.rfind(".\n"))
        pieces.append(text[: end + 1].strip() + "\n")
    return "\n".join(pieces)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node-modules", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    split = load_addresses(arguments.node_modules)
    arguments.out.mkdir(parents=True, exist_ok=True)
    texts = {
        "validation.txt": excerpt(split.validation),
        "test.txt": excerpt(split.test),
        "moby-dick.txt": load_moby_dick(arguments.node_modules, chapters=7),
    }
    for name, text in texts.items():
        (arguments.out / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
