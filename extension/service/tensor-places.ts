import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Position } from 'vscode-languageserver-types';
import { URI } from 'vscode-uri';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { TensorTree } from '../core/checkpoint/tensor';
import type { LinkedCheckpoint } from './analysis';
import { fileOfCheckpoint } from './checkpoint-files';
import type { Workspace } from './workspace';

/** Where a text that an editor can show tells of a tensor. */
export interface TensorPlace {
  readonly uri: string;
  readonly start: Position;
  readonly end: Position;
}

type OpenCheckpoint = Extract<LinkedCheckpoint, { kind: 'open' }>;
/** By index in the checkpoint's tree. */
type PlaceOf = (at: number) => TensorPlace | undefined;

/** Scheme of the texts that list the tensors of a checkpoint; the editor asks the server for them. */
export const TREE_SCHEME = 'downcast-tree';

/**
 * Places of tensors: their lines in the shard index; for a checkpoint without one, in a list of its tensors where
 * the editor can show one. Each index is read once for an opened checkpoint.
 */
export function createTensorPlaces(
  workspace: Workspace,
): (linked: OpenCheckpoint, showsTrees: boolean) => Promise<PlaceOf> {
  const indexes = new WeakMap<Checkpoint, Promise<ReadonlyMap<string, TensorPlace>>>();
  return async (linked, showsTrees) => {
    const { checkpoint } = linked;
    if (checkpoint.index === undefined) return showsTrees ? listed(linked) : () => undefined;
    const uri = fileOfCheckpoint(linked, checkpoint.index);
    const known = indexes.get(checkpoint) ?? workspace.readText(uri).then((text) => placesInIndex(uri, text));
    indexes.set(checkpoint, known);
    const places = await known.catch(() => undefined);
    return (at) => places?.get(checkpoint.tree.tensors[at]!.name);
  };
}

/** Keys of the index whose values are files; other strings of it (`metadata`) are no tensors. */
function placesInIndex(uri: string, text: string): ReadonlyMap<string, TensorPlace> {
  const document = TextDocument.create(uri, 'json', 0, text);
  const places = new Map<string, TensorPlace>();
  for (const match of text.matchAll(/("(?:[^"\\\n]|\\.)*")\s*:\s*"(?:[^"\\\n]|\\.)*"/g)) {
    const written = match[1]!;
    const name = written.includes('\\') ? unescaped(written) : written.slice(1, -1);
    const start = match.index + 1;
    if (name === undefined) continue;
    places.set(name, {
      uri,
      start: document.positionAt(start),
      end: document.positionAt(start + written.length - 2),
    });
  }
  return places;
}

function unescaped(written: string): string | undefined {
  try {
    return JSON.parse(written) as string;
  } catch {
    return undefined;
  }
}

/** Lines before the first tensor of a list. */
const HEADER_LINES = 2;

function listed({ uri, checkpoint }: OpenCheckpoint): PlaceOf {
  const list = treeUri(uri);
  return (at) => {
    const line = at + HEADER_LINES;
    const { length } = checkpoint.tree.tensors[at]!.name;
    return { uri: list, start: { line, character: 0 }, end: { line, character: length } };
  };
}

/** URI of the list of the tensors of the checkpoint at a URI, named as an editor's tab should show it. */
export function treeUri(checkpoint: string): string {
  const name = URI.parse(checkpoint).path.split('/').at(-1) ?? 'checkpoint';
  return URI.from({ scheme: TREE_SCHEME, path: `/${name}.tensors.txt`, query: checkpoint }).toString();
}

/** The checkpoint that a list is of. */
export function checkpointOfTree(uri: string): string | undefined {
  const { scheme, query } = URI.parse(uri);
  return scheme === TREE_SCHEME && query !== '' ? query : undefined;
}

/** The list itself: a tensor a line with its dtype, shape, bytes and file, in the order of the files. */
export function treeText({ tensors, layerCount }: TensorTree): string {
  const widest = tensors.reduce((most, { name }) => Math.max(most, name.length), 0);
  const rows = tensors.map(
    ({ name, dtype, shape, bytes, file }) =>
      `${name.padEnd(widest)}  ${dtype.padEnd(7)}  [${shape.join(', ')}]  ${bytes} bytes  ${file}`,
  );
  return [`# ${tensors.length} tensors in ${layerCount} layers`, '', ...rows, ''].join('\n');
}
