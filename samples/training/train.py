"""Trains the sample model: a 3.9M-parameter Llama on State of the Union addresses.

    python train.py --node-modules DIR --out ../tiny-sotu [--steps N] [--threads N]

Recipe: Muon for the matrices of the layers, AdamW for embedding and norms; linear warm-up, constant,
then linear decay of the learning rate over the last 40% of the steps; dropout 0.1; bf16 autocast.
Every --evaluate-every steps the validation loss goes to loss.csv and the best weights are kept aside.
The weights are rounded to bf16 once, at the end, after the logits were compared with transformers.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tokenizers import Tokenizer

from corpus import load_addresses
from model import Config, Llama, to_hugging_face

SEED = 20240117


def encode(tokenizer: Tokenizer, addresses) -> torch.Tensor:
    """One stream of tokens; the tokenizer puts <s> before each address."""
    return torch.tensor(np.concatenate([tokenizer.encode(a.text).ids for a in addresses]), dtype=torch.long)


def windows(stream: torch.Tensor, context: int) -> torch.Tensor:
    count = (len(stream) - 1) // context
    return torch.stack([stream[i * context : (i + 1) * context + 1] for i in range(count)])


@torch.no_grad()
def loss_over(model: Llama, held_out: torch.Tensor) -> float:
    model.eval()
    total = 0.0
    for batch in held_out.split(16):
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(batch[:, :-1])
        total += F.cross_entropy(logits.float().flatten(0, 1), batch[:, 1:].flatten(), reduction="sum").item()
    model.train()
    return total / held_out[:, 1:].numel()


def learning_rate(step: int, steps: int) -> float:
    """Share of the peak: warm-up 2%, constant to 60%, linear decay to 2% of the peak."""
    progress = step / steps
    if progress < 0.02:
        return progress / 0.02
    return 1.0 if progress < 0.6 else max(0.02, (1 - progress) / 0.4)


def write(folder: Path, model: Llama) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    weights = {k: v.to(torch.bfloat16).contiguous() for k, v in to_hugging_face(model).items()}
    save_file(weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(model.c.hugging_face(), indent=2) + "\n")
    generation = {"bos_token_id": 0, "eos_token_id": 1, "do_sample": True, "temperature": 0.8, "top_p": 0.95}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
    tokenizer = {
        "add_bos_token": True,
        "bos_token": "<s>",
        "clean_up_tokenization_spaces": False,
        "eos_token": "</s>",
        "model_max_length": model.c.context,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=2) + "\n")


def agrees_with_transformers(folder: Path, sample: torch.Tensor) -> float:
    """Largest absolute difference of float32 logits between this model and transformers, same weights."""
    from safetensors.torch import load_file
    from transformers import LlamaForCausalLM

    reference = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ours = Llama(Config(dropout=0.0)).eval()
    loaded = load_file(str(folder / "model.safetensors"))
    state = {k[len("model.") :].replace("self_attn.", "").replace("mlp.", ""): v.float() for k, v in loaded.items()}
    ours.load_state_dict(state)
    with torch.no_grad():
        return (ours(sample) - reference(sample).logits).abs().max().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--node-modules", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate-every", type=int, default=200)
    parser.add_argument("--loss-curve", type=Path, default=Path("loss.csv"))
    arguments = parser.parse_args()

    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    config = Config()
    tokenizer = Tokenizer.from_file(str(arguments.out / "tokenizer.json"))
    split = load_addresses(arguments.node_modules)
    stream = encode(tokenizer, split.train)
    held_out = windows(encode(tokenizer, split.validation), config.context)[::4]

    model = Llama(config)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {len(stream):,} training tokens", flush=True)
    matrices = [p for p in model.layers.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if not any(p is m for m in matrices)]
    optimizers = [
        torch.optim.Muon(matrices, lr=0.01, momentum=0.95, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=0.003, betas=(0.9, 0.95), weight_decay=0.01),
    ]
    peaks = [group["lr"] for o in optimizers for group in o.param_groups]

    best, started = float("inf"), time.time()
    with arguments.loss_curve.open("w", newline="") as file:
        curve = csv.writer(file, lineterminator="\n")
        curve.writerow(["step", "training_loss", "validation_loss"])
        running: list[float] = []
        for step in range(1, arguments.steps + 1):
            share = learning_rate(step, arguments.steps)
            for group, peak in zip((g for o in optimizers for g in o.param_groups), peaks):
                group["lr"] = peak * share
            at = torch.randint(0, len(stream) - config.context - 1, (arguments.batch,))
            batch = torch.stack([stream[i : i + config.context + 1] for i in at])
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(batch[:, :-1])
            loss = F.cross_entropy(logits.float().flatten(0, 1), batch[:, 1:].flatten())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            running.append(loss.item())
            if step % arguments.evaluate_every == 0 or step == arguments.steps:
                validation = loss_over(model, held_out)
                curve.writerow([step, f"{np.mean(running):.4f}", f"{validation:.4f}"])
                file.flush()
                print(f"step {step}: training {np.mean(running):.4f}, validation {validation:.4f}, {time.time() - started:.0f} s", flush=True)
                running.clear()
                if validation < best:
                    best = validation
                    write(arguments.out, model)
    difference = agrees_with_transformers(arguments.out, held_out[:2, :-1])
    print(f"best validation loss {best:.4f}; logits differ from transformers by {difference:.2e} at most")
    if difference > 1e-3:
        raise SystemExit("the written weights do not give the same logits in transformers")


if __name__ == "__main__":
    main()
