import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseModelConfig } from '../../extension/core/checkpoint/config';
import { modelGraph } from '../../extension/core/model/architectures';
import type { ModelGraph, TensorNames } from '../../extension/core/model/graph';

const FOLDER = fileURLToPath(new URL('../oracles/golden/model/', import.meta.url));

export interface StoredArray {
  readonly dtype: 'float32' | 'float64' | 'int32';
  readonly shape: readonly number[];
  readonly base64: string;
}

/** Summary of all windows, as oracles/model/measure.py names it. */
export interface GoldenSummary {
  readonly base: { readonly nll: number; readonly value: number; readonly standardError: number };
  readonly cast: GoldenSummary['base'];
  readonly kl: {
    readonly mean: number;
    readonly standardError: number;
    readonly max: number;
    readonly percentiles: Readonly<Record<string, number>>;
  };
  readonly sameTop: number;
  readonly sameTopStandardError: number;
  readonly rmsProbabilityChange: number;
  readonly perplexityRatio: number;
  readonly perplexityDifference: number;
}

export interface GoldenModel {
  readonly config: object;
  /** The same as transformers writes it today. */
  readonly savedConfig?: object;
  readonly changed: readonly string[];
  readonly tokens: StoredArray;
  readonly logitsAt: readonly number[];
  readonly logits: StoredArray;
  readonly positions: Readonly<Record<'base_nll' | 'cast_nll' | 'kl' | 'same_top' | 'change', StoredArray>>;
  readonly summary: GoldenSummary;
}

export function readGolden(name: string): GoldenModel {
  return JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as GoldenModel;
}

export function goldenFile(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(`${FOLDER}${name}`));
}

/** All values, row-major. */
export function values({ dtype, base64 }: StoredArray): Float32Array | Float64Array | Int32Array {
  const { buffer } = new Uint8Array(Buffer.from(base64, 'base64'));
  if (dtype === 'int32') return new Int32Array(buffer);
  return dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
}

export function rowsOf(array: StoredArray): readonly Float64Array[] {
  const columns = array.shape.at(-1)!;
  const all = Float64Array.from(values(array));
  return Array.from({ length: all.length / columns }, (_, row) => all.slice(row * columns, (row + 1) * columns));
}

/** Windows of tokens, one a row. */
export function windowsOf(array: StoredArray): readonly Int32Array<ArrayBuffer>[] {
  return rowsOf(array).map((row) => Int32Array.from(row));
}

/** The BF16 tensors of a safetensors file as float32; with `coarse`, as the oracle's cast leaves them. */
export function bf16Tensors(
  file: Uint8Array<ArrayBuffer>,
): (name: string, coarse: boolean) => Float32Array<ArrayBuffer> {
  const { header, headerBytes } = headerOf(file);
  return (name, coarse) => {
    const tensor = header[name];
    if (tensor?.dtype !== 'BF16') throw new Error(`${name}: no BF16 tensor of that name`);
    const [start, end] = tensor.data_offsets.map((offset) => 8 + headerBytes + offset) as [number, number];
    const stored = new Uint16Array(file.slice(start, end).buffer);
    const bits = Uint32Array.from(stored, (code) => (coarse ? code & 0xfff0 : code) << 16);
    return new Float32Array(bits.buffer);
  };
}

export function tensorNames(file: Uint8Array<ArrayBuffer>): ReadonlySet<string> {
  return new Set(Object.keys(headerOf(file).header).filter((name) => name !== '__metadata__'));
}

interface Header {
  readonly header: Readonly<
    Record<string, { readonly dtype: string; readonly data_offsets: readonly [number, number] }>
  >;
  readonly headerBytes: number;
}

function headerOf(file: Uint8Array<ArrayBuffer>): Header {
  const view = new DataView(file.buffer, file.byteOffset);
  const headerBytes = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerBytes))) as Header['header'];
  return { header, headerBytes };
}

export function graphOf(config: object, names?: TensorNames): ModelGraph {
  const graph = modelGraph(parseModelConfig(JSON.stringify(config)), names);
  if (graph.kind === 'unsupported') throw new Error(graph.reason);
  return graph;
}
