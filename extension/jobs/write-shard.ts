import { encodeSafetensorsHeader } from '../core/checkpoint/safetensors-header';
import { NO_ERROR, addErrors, type CastErrorSums } from '../core/analysis/cast-error';
import { elementCount } from '../core/checkpoint/storage-dtype';
import type { CreateDigest, Digest } from '../core/digest';
import { constantPart } from '../core/formats/constant-part';
import type { EncodedRows, PartRole, TensorRange } from '../core/formats/format';
import type { OutputShard, StoredTensor } from '../core/interop/output-shards';
import type { PlannedTensor } from '../core/resolve/plan';
import type { OutputFile, OutputFolder } from '../files/output-folder';
import type { CastSource } from './cast-tensor';
import type { Progress } from './progress';
import { shardPieces } from './shard-pieces';
import { writeBehind } from './write-behind';

/** A stored tensor with where it was written and the SHA-256 of its bytes. */
export interface WrittenTensor extends StoredTensor {
  readonly file: string;
  readonly sha256: string;
}

/** What the writing of one shard tells its caller while it goes on. */
export type ShardEvent =
  | { readonly kind: 'progress'; readonly progress: Pick<Progress, 'detail'> & { readonly sourceBytes: number } }
  | { readonly kind: 'tensor'; readonly planned: PlannedTensor; readonly errors: CastErrorSums | undefined };

/** A part being filled from its first byte to its last. */
interface Cursor {
  readonly stored: StoredTensor;
  readonly begin: number;
  readonly digest: Digest;
  written: number;
}

/**
 * Writes one weight file: header first (all sizes are known from the plan), then tensor by tensor, each part
 * at its place. Never holds more than the chunks under way.
 */
export async function* writeShard(
  shard: OutputShard,
  metadata: ReadonlyMap<string, string>,
  source: CastSource,
  output: OutputFolder,
  createDigest: CreateDigest,
  signal: AbortSignal | undefined,
): AsyncGenerator<ShardEvent, readonly WrittenTensor[], undefined> {
  const header = encodeSafetensorsHeader(
    shard.stored.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    metadata,
  );
  const file = await output.create(shard.file, header.fileSize);
  const behind = writeBehind(file);
  await behind.write(0, header.bytes);
  const cursors = shard.stored.map((stored, at): Cursor => {
    return { stored, begin: header.offsets[at]!, digest: createDigest(), written: 0 };
  });
  const append = async (cursor: Cursor, bytes: Uint8Array): Promise<void> => {
    const written = behind.write(cursor.begin + cursor.written, bytes);
    cursor.digest.update(bytes);
    cursor.written += bytes.length;
    await written;
  };
  const groups = byTensor(cursors);
  const errors = new Map<PlannedTensor, CastErrorSums>();
  for await (const piece of shardPieces([...groups.keys()], source, signal)) {
    const { planned } = piece;
    const { tensor } = planned;
    const parts = groups.get(planned)!;
    let sourceBytes: number;
    if (piece.kind === 'kept') {
      await append(parts[0]!, piece.bytes);
      sourceBytes = piece.bytes.length;
    } else {
      await appendCast(planned, parts, piece.result.encoded, append);
      errors.set(planned, addErrors(errors.get(planned) ?? NO_ERROR, piece.result.errors));
      if (piece.last) await appendConstants(planned, parts, piece.range, append);
      sourceBytes = tensor.bytes * (piece.result.errors.elements / elementCount(tensor.shape));
    }
    yield { kind: 'progress', progress: { sourceBytes, detail: tensor.name } };
    if (piece.last) yield { kind: 'tensor', planned, errors: errors.get(planned) };
  }
  await behind.settle();
  await finish(file, cursors);
  return cursors.map(({ stored, digest }) => ({ ...stored, file: shard.file, sha256: digest.hex() }));
}

function byTensor(cursors: readonly Cursor[]): ReadonlyMap<PlannedTensor, readonly Cursor[]> {
  const groups = new Map<PlannedTensor, Cursor[]>();
  for (const cursor of cursors) {
    const group = groups.get(cursor.stored.planned);
    if (group) group.push(cursor);
    else groups.set(cursor.stored.planned, [cursor]);
  }
  return groups;
}

async function finish(file: OutputFile, cursors: readonly Cursor[]): Promise<void> {
  const short = cursors.find(({ stored, written }) => written !== stored.bytes);
  if (short) {
    throw new Error(`${short.stored.name}: ${short.written} bytes were cast where the plan says ${short.stored.bytes}`);
  }
  await file.finish();
}

type Append = (cursor: Cursor, bytes: Uint8Array) => Promise<void>;

/** The parts of a run of rows. */
async function appendCast(
  { treatment }: PlannedTensor,
  cursors: readonly Cursor[],
  encoded: EncodedRows,
  append: Append,
): Promise<void> {
  if (treatment.kind !== 'cast') return;
  const cursor = (role: PartRole): Cursor | undefined => cursors.find(({ stored }) => stored.role === role);
  const scales = cursor('scale');
  await append(cursor('codes')!, encoded.codes);
  // One scale a tensor comes back with every run; it is written once.
  if (scales && (treatment.cast.scale.kind !== 'tensor' || scales.written === 0)) await append(scales, encoded.scales);
  for (const [role, bytes] of encoded.more ?? []) await append(cursor(role)!, bytes);
}

/** The parts that do not come from rows. */
async function appendConstants(
  { tensor, treatment }: PlannedTensor,
  cursors: readonly Cursor[],
  range: TensorRange,
  append: Append,
): Promise<void> {
  if (treatment.kind !== 'cast') return;
  const { shape, dtype } = tensor;
  for (const cursor of cursors) {
    const bytes = constantPart(treatment.cast, cursor.stored.role, { shape, dtype, range });
    if (bytes) await append(cursor, bytes);
  }
}
