"""What the Python tokenizers library makes of texts that are hard on a tokenizer.

    python tokenizer.py

Two tokenizers: the sample's (byte-level BPE), and a small one trained here in the manner of Llama 2 (BPE over
characters with bytes to fall back on, Metaspace, NFC), stored beside the golden tokens in ../golden/model.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from store import FOLDER, array, write

ROOT = Path(__file__).resolve().parents[3]
TEXT = ROOT / "samples/text/validation.txt"

ODD = [
    "",
    " ",
    "\n\n\n  \t leading and trailing  \r\n",
    "It's we'll THEY'RE don't I'd you've 'tis",
    "1234567890 3.14159 1,000,000 2nd ½ ² ٣",
    "naïve café Zürich Łódź smörgåsbord",
    "e\u0301 is not \u00e9; A\u030a Å Å",
    "Привет, мир! Καλημέρα κόσμε. שלום עולם مرحبا بالعالم",
    "日本語のテキスト。中文文本,没有空格。한국어 문장입니다.",
    "नमस्ते दुनिया ไทยไม่มีช่องว่าง",
    "👋🏽 👨‍👩‍👧‍👦 🇩🇪 ❤️ emoji",
    "\u200bzero\u200dwidth\ufeffmark \u00a0no-break\u3000wide",
    "<s> special </s> <unk> <pad> <|endoftext|>",
    "a" * 300,
    "!?!?!?...---===***///\\\\\\",
    "def f(x):\n    return {'a': [1, 2, (3,)]}  # comment\n",
    "\x00\x01\x7f control",
    "mixed日本and한국and English",
]


def small() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokenizer.train_from_iterator(
        TEXT.read_text().split("\n\n"),
        trainers.BpeTrainer(vocab_size=900, special_tokens=special, show_progress=False),
    )
    # Only the first three are special; the bytes are ordinary entries of the vocabulary.
    stored = json.loads(tokenizer.to_str())
    stored["added_tokens"] = [token for token in stored["added_tokens"] if token["id"] < 3]
    tokenizer = Tokenizer.from_str(json.dumps(stored))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def golden(tokenizer: Tokenizer, text: str) -> dict:
    ids = np.array(tokenizer.encode(text).ids, dtype=np.int32)
    return {
        "odd": [{"text": t, "ids": tokenizer.encode(t).ids} for t in ODD],
        "validation": {"count": len(ids), "sha256": hashlib.sha256(ids.tobytes()).hexdigest(), "first": array(ids[:64])},
    }


def main() -> None:
    text = TEXT.read_text()
    llama = small()
    llama.save(str(FOLDER / "metaspace-tokenizer.json"), pretty=False)
    sample = Tokenizer.from_file(str(ROOT / "samples/tiny-sotu/tokenizer.json"))
    write(FOLDER / "tokens.json", {"sample": golden(sample, text), "metaspace": golden(llama, text)})


if __name__ == "__main__":
    main()
