"""GGUF files with small tokenizers, and what the libraries that made them make of a text in many languages.

    python tokenizers.py LLAMA_TOKENS

`LLAMA_TOKENS` is `node llama-tokens.mjs`, given as one argument: llama.cpp is asked for the same text, and must say
the same but for the cases named in `APART`. Writes ../golden/gguf/tokenizers.

- byte-level BPE, trained here with the `tokenizers` library without cutting words, so that where the words are cut
  changes the tokens; asked through transformers' own classes where it has one for the family, else through a
  tokenizers pipeline with the expressions of the models' tokenizer.json;
- SentencePiece BPE with bytes to fall back on, trained here with `sentencepiece`, which is asked itself;
- two tokenizer.json, of a Unigram and of a SentencePiece-style BPE, for the route that needs no GGUF.
"""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]

import gguf
import numpy as np
import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CohereTokenizer, GPT2Tokenizer, GPTNeoXTokenizer, Qwen2Tokenizer
from transformers.convert_slow_tokenizer import TikTokenConverter
from transformers.tokenization_utils_sentencepiece import generate_merges
from transformers.models.qwen3_5.tokenization_qwen3_5 import Qwen3_5Tokenizer

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "golden" / "gguf" / "tokenizers"
ENDINGS = "crlf\r\nlines\r\n\r\nend\rold mac\n\n\n\n  \n \t \nlast line without newline"
TEXT = (HERE / "multilingual.txt").read_text(encoding="utf-8") + ENDINGS
ENGLISH = (HERE.parents[2] / "samples/text/validation.txt").read_text(encoding="utf-8")[:30_000]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
USER = "#hash"
#: Tokens that no merge leads to.
WHOLE = ["Ġquick", "Ġreturn", "Ġlanguage"]
TYPE = gguf.TokenType

SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
CL100K = (
    SUFFIX + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CASED = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+SUFFIX"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*SUFFIX"
    r"|NUMBER| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
DEEPSEEK3 = [
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
]
DEFAULT = [r"[\p{P}$+<=>^~|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"]

#: Where llama.cpp gives other tokens: it does not compose characters as these models' tokenizers do (NFC), and its
#: expressions for o200k and Tekken leave out combining marks, because its regular expressions can't name them.
APART = {"command-r", "olmo", "qwen2", "qwen35", "gpt-4o", "tekken"}


def byte_level_model() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=900,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=8,
        show_progress=False,
    )
    lines = TEXT.splitlines(keepends=True)
    tokenizer.train_from_iterator([*lines, *lines, *lines, TEXT, ENGLISH], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocab = model["vocab"]
    for token in [*WHOLE, USER]:
        vocab[token] = len(vocab)
    return vocab, [tuple(merge) for merge in model["merges"]]


def pipeline(vocab, merges, cuts, normalizer=None, ignore_merges=False) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=ignore_merges))
    tokenizer.normalizer = normalizer
    splits = [pre_tokenizers.Split(Regex(cut), "isolated") for cut in cuts]
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*splits, byte_level])
    return tokenizer


def smollm(vocab, merges) -> Tokenizer:
    tokenizer = pipeline(vocab, merges, [])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return tokenizer


def llama3(vocab, merges) -> Tokenizer:
    """TikTokenConverter with Llama 3's pattern, whose vocabulary is given here rather than read."""
    converter = TikTokenConverter.__new__(TikTokenConverter)
    converter.pattern = CL100K
    converter.add_prefix_space = False
    converter.extra_special_tokens = None
    converter.tokenizer = lambda: Tokenizer(models.BPE(vocab, merges, fuse_unk=False, ignore_merges=True))
    return converter.converted()


def byte_level_cases(vocab, merges) -> dict[str, Tokenizer]:
    given = {"vocab": vocab, "merges": merges}
    cohere = CohereTokenizer(**given, add_prefix_space=False)
    return {
        "gpt-2": GPT2Tokenizer(**given)._tokenizer,
        "smollm": smollm(vocab, merges),
        "olmo": GPTNeoXTokenizer(**given)._tokenizer,
        "command-r": cohere._tokenizer,
        "qwen2": Qwen2Tokenizer(**given)._tokenizer,
        "qwen35": Qwen3_5Tokenizer(**given)._tokenizer,
        "llama-bpe": llama3(vocab, merges),
        "dbrx": pipeline(vocab, merges, [CL100K]),
        "gpt-4o": pipeline(vocab, merges, [CASED.replace("SUFFIX", SUFFIX + "?").replace("NUMBER", r"\p{N}{1,3}")]),
        "tekken": pipeline(
            vocab, merges, [CASED.replace("SUFFIX", "").replace("NUMBER", r"\p{N}")], ignore_merges=True
        ),
        "deepseek-v3": pipeline(vocab, merges, DEEPSEEK3),
        "default": pipeline(vocab, merges, DEFAULT),
    }


def added(tokenizer: Tokenizer) -> Tokenizer:
    """With the special tokens of the file, and those only."""
    state = json.loads(tokenizer.to_str())
    state["added_tokens"] = []
    state["post_processor"] = None
    tokenizer = Tokenizer.from_str(json.dumps(state))
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens([AddedToken(USER, normalized=False)])
    return tokenizer


def write_byte_level(path: Path, pre: str, vocab: dict[str, int], merges) -> None:
    tokens = sorted(vocab, key=vocab.get)
    kinds = {**{token: TYPE.CONTROL for token in SPECIAL}, USER: TYPE.USER_DEFINED}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([kinds.get(token, TYPE.NORMAL) for token in tokens])
    writer.add_token_merges([f"{left} {right}" for left, right in merges])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def sentencepiece_model(user_defined: list[str]) -> sentencepiece.SentencePieceProcessor:
    """In the manner of Llama 2; with `user_defined`, of Gemma."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*TEXT.splitlines(), *ENGLISH.splitlines()]),
        model_writer=model,
        model_type="bpe",
        vocab_size=800,
        byte_fallback=True,
        character_coverage=0.98,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=not user_defined,
        user_defined_symbols=user_defined,
        max_sentence_length=20_000,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def write_sentencepiece(path: Path, processor, prefix: bool) -> None:
    size = processor.get_piece_size()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([processor.id_to_piece(at) for at in range(size)])
    writer.add_token_scores([processor.get_score(at) for at in range(size)])
    writer.add_token_types([kind(processor, at) for at in range(size)])
    writer.add_bos_token_id(processor.bos_id())
    writer.add_eos_token_id(processor.eos_id())
    writer.add_unk_token_id(processor.unk_id())
    if not prefix:
        writer.add_add_space_prefix(False)
        writer.add_add_bos_token(False)
    finish(writer)


def kind(processor, at: int) -> int:
    if processor.is_unknown(at):
        return TYPE.UNKNOWN
    if processor.is_control(at):
        return TYPE.CONTROL
    if processor.is_byte(at):
        return TYPE.BYTE
    # sentencepiece has no question for the others; a symbol of the user's has the score 0.
    return TYPE.USER_DEFINED if processor.get_score(at) == 0 and at > 2 else TYPE.NORMAL


def sentencepiece_style(processor) -> Tokenizer:
    """As transformers wrote Llama 2's tokenizer.json: merges made of the scores, bytes to fall back on."""
    pieces = [processor.id_to_piece(at) for at in range(processor.get_piece_size())]
    vocab = {piece: at for at, piece in enumerate(pieces)}
    scores = {piece: processor.get_score(at) for piece, at in vocab.items() if kind(processor, at) == TYPE.NORMAL}
    merges = generate_merges(vocab, scores)
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in ("<unk>", "<s>", "</s>")])
    return tokenizer


def unigram() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=700, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator([*TEXT.splitlines(), *ENGLISH.splitlines()], trainer)
    return tokenizer


def llama_tokens(command: str, paths: list[Path]) -> dict[str, list[int]]:
    """Ids by file name, special tokens in the text taken for such, nothing put before it."""
    asked = subprocess.run(
        [*shlex.split(command), *map(str, paths)], input=TEXT, capture_output=True, check=True, encoding="utf-8"
    )
    return json.loads(asked.stdout)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    cases = {}
    vocab, merges = byte_level_model()
    # They differ in `tokenizer.ggml.pre` alone, so one of them is kept.
    write_byte_level(OUT / "byte-level.gguf", "gpt-2", vocab, merges)
    scratch = Path(tempfile.mkdtemp())
    for pre, tokenizer in byte_level_cases(vocab, merges).items():
        write_byte_level(scratch / f"{pre}.gguf", pre, vocab, merges)
        bos = 0 if pre in ("llama-bpe", "tekken") else None
        cases[pre] = {"bos": bos, "ids": added(tokenizer).encode(TEXT, add_special_tokens=False).ids}
    # Special tokens stand in the text as such, which sentencepiece does not look for, nor for its sign of a space.
    plain = TEXT
    for spelled in ("<s>", "</s>", "<unk>", "▁"):
        plain = plain.replace(spelled, "")
    for name, user in (("llama-spm", []), ("gemma-spm", ["\n\n", "▁▁", "▁▁▁▁", "<div>", "==="])):
        processor = sentencepiece_model(user)
        write_sentencepiece(OUT / f"{name}.gguf", processor, prefix=not user)
        bos = None if user else processor.bos_id()
        cases[name] = {"bos": bos, "ids": processor.encode(plain), "plain": True}
    for name, ids in llama_tokens(sys.argv[1], sorted(scratch.glob("*.gguf"))).items():
        case = cases[name]
        same = ids == case["ids"]
        differ = next((at for at, pair in enumerate(zip(ids, case["ids"])) if pair[0] != pair[1]), None)
        print(f"{name}: {len(case['ids'])} tokens, llama.cpp {'the same' if same else f'differs from {differ} on'}")
        if same != (name not in APART):
            sys.exit(f"{name}: expected llama.cpp to {'differ' if same else 'agree'}")
    files = {
        "digits": added(smollm(vocab, merges)),
        "spm": sentencepiece_style(sentencepiece_model([])),
        "unigram": unigram(),
    }
    for name, tokenizer in files.items():
        state = json.loads(tokenizer.to_str())
        (OUT / f"{name}.json").write_text(json.dumps(state, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
        ids = tokenizer.encode(TEXT, add_special_tokens=False).ids
        print(f"{name}: {len(ids)} tokens")
        files[name] = {"bos": None, "ids": ids}
    text = json.dumps({"text": TEXT, "plain": plain, "cases": cases, "files": files}, separators=(",", ":"))
    (OUT / "tokens.json").write_text(text + "\n", encoding="utf-8")


main()
