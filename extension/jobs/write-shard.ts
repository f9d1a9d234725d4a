import { encodeSafetensorsHeader } from '../core/checkpoint/safetensors-header';
import type { CastErrorSums } from '../core/analysis/cast-error';
import type { CreateDigest, Digest } from '../core/digest';
import { constantPart } from '../core/formats/constant-part';
import type { PartRole } from '../core/formats/format';
import type { OutputShard, StoredTensor } from '../core/interop/output-shards';
import type { PlannedTensor } from '../core/resolve/plan';
import type { OutputFile, OutputFolder } from '../files/output-folder';
import { castTensor, type CastSource } from './cast-tensor';
import type { Progress } from './progress';
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

const COPY_BYTES = 16 << 20;

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
  for (const cursorsOfTensor of byTensor(cursors)) {
    const { planned } = cursorsOfTensor[0]!.stored;
    const write = planned.treatment.kind === 'keep' ? copyTensor : writeCast;
    yield* write(planned, cursorsOfTensor, append, source, signal);
  }
  await behind.settle();
  await finish(file, cursors);
  return cursors.map(({ stored, digest }) => ({ ...stored, file: shard.file, sha256: digest.hex() }));
}

function byTensor(cursors: readonly Cursor[]): readonly (readonly Cursor[])[] {
  const groups = new Map<PlannedTensor, Cursor[]>();
  for (const cursor of cursors) {
    const group = groups.get(cursor.stored.planned);
    if (group) group.push(cursor);
    else groups.set(cursor.stored.planned, [cursor]);
  }
  return [...groups.values()];
}

async function finish(file: OutputFile, cursors: readonly Cursor[]): Promise<void> {
  const short = cursors.find(({ stored, written }) => written !== stored.bytes);
  if (short) {
    throw new Error(`${short.stored.name}: ${short.written} bytes were cast where the plan says ${short.stored.bytes}`);
  }
  await file.finish();
}

type Append = (cursor: Cursor, bytes: Uint8Array) => Promise<void>;

async function* copyTensor(
  planned: PlannedTensor,
  cursors: readonly Cursor[],
  append: Append,
  source: CastSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<ShardEvent> {
  const { tensor } = planned;
  for (let offset = 0; offset < tensor.bytes; offset += COPY_BYTES) {
    const length = Math.min(COPY_BYTES, tensor.bytes - offset);
    await append(cursors[0]!, await source.read(tensor, offset, length, signal));
    yield { kind: 'progress', progress: { sourceBytes: length, detail: tensor.name } };
  }
  yield { kind: 'tensor', planned, errors: undefined };
}

async function* writeCast(
  planned: PlannedTensor,
  cursors: readonly Cursor[],
  append: Append,
  source: CastSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<ShardEvent> {
  const { tensor, treatment } = planned;
  if (treatment.kind !== 'cast') return;
  const { cast } = treatment;
  const cursor = (role: PartRole): Cursor | undefined => cursors.find(({ stored }) => stored.role === role);
  const codes = cursor('codes')!;
  const scales = cursor('scale');
  const runs = castTensor(source, tensor, cast, { decode: false, signal });
  for (;;) {
    const next = await runs.next();
    if (next.done) {
      for (const each of cursors) {
        const { shape, dtype } = tensor;
        const bytes = constantPart(cast, each.stored.role, { shape, dtype, range: next.value.range });
        if (bytes) await append(each, bytes);
      }
      yield { kind: 'tensor', planned, errors: next.value.errors };
      return;
    }
    const { encoded, errors } = next.value;
    await append(codes, encoded.codes);
    // One scale a tensor comes back with every run; it is written once.
    if (scales && (cast.scale.kind !== 'tensor' || scales.written === 0)) await append(scales, encoded.scales);
    for (const [role, bytes] of encoded.more ?? []) await append(cursor(role)!, bytes);
    const sourceBytes = tensor.bytes * (errors.elements / elements(tensor.shape));
    yield { kind: 'progress', progress: { sourceBytes, detail: tensor.name } };
  }
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
