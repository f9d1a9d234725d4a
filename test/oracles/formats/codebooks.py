"""Codebook formats: quantiles by scipy, published tables, and casts in numpy by definition."""

import hashlib

import numpy as np
import torch
from mx_samples import dense
from samples import neighbours, weights
from scipy.stats import norm, t
from store import array, write

# cornell-zhang/llm-datatypes, weight_only.py, in ascending order; where SF4 has 6 digits and SF3 is right to 9.
PUBLISHED = {
    ("sf4", 3): [-1, -0.575725, -0.403755, -0.29162, -0.204868, -0.131054, -0.064036, 0,
                 0.055934, 0.113835, 0.176078, 0.246078, 0.329642, 0.438727, 0.60598, 1],
    ("sf4", 4): [-1, -0.608729, -0.435845, -0.318393, -0.225229, -0.144689, -0.070863, 0,
                 0.061908, 0.125773, 0.193936, 0.269711, 0.358617, 0.471724, 0.638231, 1],
    ("sf4", 5): [-1, -0.627781, -0.454736, -0.334331, -0.237434, -0.152899, -0.074982, 0,
                 0.065513, 0.132965, 0.204661, 0.283835, 0.375805, 0.491076, 0.656781, 1],
    ("sf4", 6): [-1, -0.640101, -0.467104, -0.344838, -0.245517, -0.15835, -0.077722, 0,
                 0.067911, 0.137742, 0.211771, 0.293169, 0.387111, 0.503714, 0.66875, 1],
    ("sf3", 3): [-1, -0.3622475096628733, -0.15466881612248634, 0,
                 0.11383526480516333, 0.24607773854836362, 0.43872699492795214, 1],
    ("sf3", 5): [-1, -0.41084770299806544, -0.1801188154332576, 0,
                 0.1329647268004446, 0.2838347036415534, 0.49107557131011725, 1],
    ("sf3", 6): [-1, -0.4227024811287854, -0.18645957091951085, 0,
                 0.1377424733823289, 0.29316883983286, 0.5037142212421039, 1],
    ("nf3", None): [-1, -0.5350227084855379, -0.24693143181157517, 0,
                    0.18333748033548752, 0.3819939543209139, 0.6229857417143423, 1],
}
# The ends of log4 and the value that takes the place of -0 in apot4_sr are ours; the others are published too.
SIGNED = {
    "e2m1_sr": ([0, 0.5, 1, 1.5, 2, 3, 4, 6], 8),
    "e2m1_sp": ([0, 0.5, 1, 1.5, 2, 3, 4, 6], 5),
    "e2m1_ns": ([0, 0.75, 1, 1.5, 2, 3, 4, 6], None),
    "apot4": ([0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1], None),
    "apot4_sp": ([0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1], 0.5),
    "apot4_sr": ([0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1], 1.2),
    "log4": ([0, 0.25, 0.5, 1, 2, 4, 8, 16], None),
}
DEGREES = [3, 4, 5, 6, 7, 10, 30, 99, 100, 1, 1.5, 2, 3.05, 4.912, 28.3, 777.77, 1000]


def quantiles(quantile, bits: int, delta: float) -> np.ndarray:
    half = 2 ** (bits - 1)
    below = [quantile(p) for p in np.linspace(delta, 0.5, half)]
    above = [quantile(p) for p in np.linspace(0.5, 1 - delta, half + 1)]
    values = np.array(below[:-1] + [0.0] + above[1:])
    return values / np.abs(values).max()


def student(bits: int, nu: float) -> np.ndarray:
    return quantiles(lambda p: t.ppf(p, nu), bits, (1 / 32 + 1 / 30) / 2)


def signed(name: str) -> np.ndarray:
    magnitudes, special = SIGNED[name]
    negative = [-value for value in magnitudes]
    # The code of -0 stands for 0 where nothing takes its place.
    negative[0] = 0 if special is None else special
    return np.array(magnitudes + negative)


def sha256(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def nearest(table: np.ndarray, scaled: np.ndarray) -> np.ndarray:
    """Codes. Sums of float32 are exact in float64, so twice the value against the sum of two codes is too."""
    table = table.astype(np.float32).astype(np.float64)
    values, first = np.unique(table, return_index=True)
    sums = values[:-1] + values[1:]
    place = (2 * scaled.astype(np.float64)[..., None] > sums).sum(axis=-1)
    return first[place].astype(np.uint8)


def packed(codes: np.ndarray, bits: int) -> np.ndarray:
    """Rows as bit strings, least significant bit first."""
    each = np.unpackbits(codes[..., None], axis=-1, bitorder="little")[..., :bits]
    return np.packbits(each.reshape(codes.shape[0], -1), axis=-1, bitorder="little")


def cast(table: np.ndarray, values: np.ndarray, group: int, scale_dtype: str) -> dict:
    bits = int(np.ceil(np.log2(table.size)))
    rows, columns = values.shape
    padded = np.pad(values, ((0, 0), (0, -columns % group)))
    groups = padded.reshape(rows, -1, group)
    amax = np.abs(groups).max(axis=-1)
    largest = np.float32(np.abs(table).max())
    dtype = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}[scale_dtype]
    stored = torch.from_numpy(amax / largest).to(dtype)
    stored = torch.where(torch.from_numpy(amax) == 0, torch.ones_like(stored), stored)
    smallest = {"F32": 2.0**-149, "BF16": 2.0**-133, "F16": 2.0**-24}[scale_dtype]
    stored = stored.clamp(smallest, torch.finfo(dtype).max)
    scale = stored.float().numpy()[..., None]
    with np.errstate(over="ignore"):
        scaled = (groups / scale).astype(np.float32)
    codes = nearest(table, scaled)
    with np.errstate(over="ignore"):
        decoded = (table.astype(np.float32)[codes] * scale).reshape(padded.shape)[:, :columns]
    codes = codes.reshape(padded.shape)[:, :columns]
    top, below = np.sort(table.astype(np.float32).astype(np.float64))[[-1, -2]]
    bottom, above = np.unique(table.astype(np.float32).astype(np.float64))[[0, 1]]
    wide = scaled.astype(np.float64)
    saturated = ((wide > top + (top - below) / 2) | (wide < bottom - (above - bottom) / 2)).sum()
    return {
        "codes": sha256(packed(codes, bits if bits <= 4 else 8)),
        "scales": sha256(stored.view(torch.int32 if scale_dtype == "F32" else torch.int16).numpy()),
        "decoded": sha256(decoded + np.float32(0)),
        "saturated": int(saturated),
        "flushed": int(((decoded == 0) & (values != 0)).sum()),
    }


def hard(table: np.ndarray, columns: int) -> np.ndarray:
    """Codes and exact or nearest ties with their neighbours, in groups that hold the largest code: scale 1."""
    values = np.unique(table.astype(np.float32).astype(np.float64))
    around = neighbours(np.concatenate([values, (values[:-1] + values[1:]) / 2]))
    largest = np.float32(np.abs(values).max())
    around = around[np.abs(around) < largest]
    around = np.pad(around, (0, -around.size % (columns - 1)))
    rows = around.reshape(-1, columns - 1)
    return np.concatenate([np.full((rows.shape[0], 1), largest, np.float32), rows], axis=1).astype(np.float32)


def traps(columns: int) -> np.ndarray:
    values = weights(41, (8, columns))
    values[1, :] = 0
    values[2, :] = 0
    values[2, 3] = 1.5
    values[3, 0] = 1e-40
    values[3, 1] = -0.0
    values[4, :] = 4
    values[4, 1::2] = -0.5
    values[5, :] *= np.float32(1e30)
    return values


TABLES = {("sf4", nu): student(4, nu) for nu in DEGREES} | {("sf3", nu): student(3, nu) for nu in DEGREES}
TABLES[("nf3", None)] = quantiles(norm.ppf, 3, (1 / 16 + 1 / 14) / 2)
TABLES |= {(name, None): signed(name) for name in SIGNED}
def main() -> None:
    for key, published in PUBLISHED.items():
        within = {"sf4": 6e-7, "sf3": 1e-9, "nf3": 1e-15}[key[0]]
        if np.abs(TABLES[key] - np.array(published)).max() > within:
            raise SystemExit(f"{key}: not the published table")

    # User codebooks: 2, 5, 20 and 256 values, in no order, with codes that are close to each other.
    random = np.random.default_rng(42)
    USER = {
        "two": np.array([1.0, -1.0]),
        "five": np.array([0.0, 3.0, -1.0, 7.0, 0.001]),
        "twenty": random.permutation(np.round(random.standard_normal(20), 3)),
        "many": random.permutation(np.arange(256) ** 3 / 2.0**20 - 4),
    }
    shared = {"weights": weights(40, (6, 130)), "traps": traps(96)}
    DENSE = dense(510, 64).reshape(-1, 128)
    content = {
        "inputs": {name: array(values) for name, values in shared.items()},
        "dense": sha256(DENSE),
        "tables": [
            {"format": name, "nu": nu, "codes": array(table.astype(np.float32))} for (name, nu), table in TABLES.items()
        ],
        "user": {name: array(table) for name, table in USER.items()},
        "casts": [],
    }


    def add(name: str, nu: float | None, table: np.ndarray) -> None:
        content["inputs"][f"ties {name} {nu}"] = array(hard(table, 64))
        for key, values in {**shared, "ties": hard(table, 64), "dense": DENSE}.items():
            for group, scale_dtype in ((64, "BF16"), (32, "F32"), (20, "F16")):
                content["casts"].append({
                    "format": name,
                    "nu": nu,
                    "input": f"ties {name} {nu}" if key == "ties" else key,
                    "group": group,
                    "scaleDtype": scale_dtype,
                    **cast(table, values, group, scale_dtype),
                })


    for (name, nu), table in TABLES.items():
        if nu in (None, 5, 30):
            add(name, nu, table)
    for name, table in USER.items():
        add(name, None, table)
    write("codebooks", content)


if __name__ == "__main__":
    main()
