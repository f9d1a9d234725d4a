"""Small sample sets in parquet as pyarrow writes them, one a codec, and the same as JSON Lines: ../../fixtures/samples."""

import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parents[2] / "fixtures" / "samples"
DOCUMENTS = ["First document.\nWith two lines.", "", "Zweites Dokument: äöü, 漢字, 🙂.", "the same words " * 40]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    table = pa.table({"id": list(range(len(DOCUMENTS))), "text": DOCUMENTS})
    for codec in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
        pq.write_table(table, FOLDER / f"{codec}.parquet", compression=codec, row_group_size=3)
    pq.write_table(table.rename_columns(["id", "content"]), FOLDER / "no-text-column.parquet")
    lines = [json.dumps({"id": at, "text": text}, ensure_ascii=at % 2 == 0) for at, text in enumerate(DOCUMENTS)]
    (FOLDER / "documents.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
