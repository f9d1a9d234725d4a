import type { ByteSource } from '../checkpoint/byte-source';
import { jsonlDocuments } from './jsonl-documents';
import { parquetDocuments } from './parquet-documents';

/** What is measured on. */
export interface SampleSet {
  /** As the user wrote it. */
  readonly name: string;
  readonly content: string;
}

/** Characters of a sample set: hundreds of thousands of windows, and no more than a string of JavaScript holds. */
const MOST_CHARACTERS = 256_000_000;

/**
 * Reads a sample set: plain text, or the `text` fields of a .jsonl or .parquet file. Documents are joined by an empty
 * line, as Hugging Face's perplexity example joins those of wikitext, so a set measures the same whatever file it
 * comes in. Rejects with a message that names the file, the line or column, and what was expected.
 */
export async function readSampleSet(source: ByteSource, name: string, signal?: AbortSignal): Promise<SampleSet> {
  const ending = /\.(jsonl|ndjson|parquet)$/i.exec(source.name)?.[1]?.toLowerCase();
  if (ending === 'parquet') return { name, content: joined(await parquetDocuments(source, signal), source.name) };
  if (source.size > MOST_CHARACTERS * 2) throw tooLarge(source.name);
  const bytes = await source.read(0, source.size, signal);
  const text = decoded(bytes, source.name);
  if (ending === undefined) return { name, content: text };
  return { name, content: joined(jsonlDocuments(text, source.name), source.name) };
}

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${name}: is not text in UTF-8; save it as UTF-8, or give a .jsonl or .parquet file`);
  }
}

function joined(documents: readonly string[], name: string): string {
  const characters = documents.reduce((sum, { length }) => sum + length + 2, 0);
  if (characters > MOST_CHARACTERS) throw tooLarge(name);
  return documents.join('\n\n');
}

function tooLarge(name: string): Error {
  return new Error(`${name}: holds more than ${MOST_CHARACTERS / 1e6} million characters; give a part of it`);
}
