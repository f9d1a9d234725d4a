import { relativeError, sqnr, type CastErrorSums } from '../core/analysis/cast-error';
import type { CheckpointFolder } from '../core/checkpoint/byte-source';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { encodeConfig } from '../core/checkpoint/encode-config';
import { encodeShardIndex } from '../core/checkpoint/shard-index';
import { readGgufTokenizer } from '../core/checkpoint/gguf/tokenizer/read-tokenizer';
import type { TokenizerFiles } from '../core/checkpoint/gguf/tokenizer/tokenizer-files';
import type { CreateDigest } from '../core/digest';
import { whyNotWritten, writtenIndex, writtenMetadata } from '../core/interop/gguf-source';
import { checkpointManifest } from '../core/interop/manifest';
import { outputShards } from '../core/interop/output-shards';
import { loading, type Loading } from '../core/interop/quantization-config';
import { isSidecar } from '../core/interop/sidecar';
import type { Plan, PlannedTensor } from '../core/resolve/plan';
import type { OutputFolder } from '../files/output-folder';
import type { AppliedTensor, ApplyReport } from './apply-report';
import type { CastSource } from './cast-tensor';
import { fusedRangeOf } from './fused-range';
import { Cancelled, type Progress } from './progress';
import { verifyShard, type VerifiedFile } from './verify';
import { writeShard, type WrittenTensor } from './write-shard';

export interface ApplyRequest {
  readonly checkpoint: Checkpoint;
  readonly plan: Plan;
  readonly policy: { readonly name: string; readonly text: string };
  readonly source: CastSource;
  /** The checkpoint's folder, for tokenizer, licence and the like. */
  readonly folder: CheckpointFolder;
  readonly output: OutputFolder;
  readonly createDigest: CreateDigest;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/** Sidecars are small; a file beyond this is data that strayed into the folder and is left where it is. */
const SIDECAR_LIMIT = 256_000_000;

const encoder = new TextEncoder();

/**
 * Casts every tensor as planned and writes the checkpoint aside, reads it back, compares it with the plan,
 * and only then lets the folder appear under its final name. Refuses a plan with findings of level error.
 * On any failure or cancel everything written is thrown away and the failure is rethrown.
 */
export async function* apply(request: ApplyRequest): AsyncGenerator<Progress, ApplyReport, undefined> {
  refuseErrors(request.plan);
  const why = whyNotWritten(request.checkpoint, request.plan);
  if (why !== undefined) throw new Error(why);
  try {
    return yield* writeVerifyCommit(request);
  } catch (error) {
    await request.output.discard();
    if (request.signal?.aborted) throw new Cancelled();
    throw error;
  }
}

function refuseErrors(plan: Plan): void {
  const error = plan.findings.find(({ severity }) => severity === 'error');
  if (error) throw new Error(`the policy has errors, so nothing was written; first: ${error.message}`);
}

async function* writeVerifyCommit(request: ApplyRequest): AsyncGenerator<Progress, ApplyReport, undefined> {
  const { checkpoint, plan, output, createDigest, signal } = request;
  const started = request.now();
  const shards = outputShards(plan);
  const source = { ...request.source, fusedRange: fusedRangeOf(plan) };
  const written: WrittenTensor[] = [];
  const errors = new Map<PlannedTensor, CastErrorSums>();
  let cast = 0;
  for (const shard of shards) {
    const metadata = writtenMetadata(checkpoint, shard.file);
    const events = writeShard(shard, metadata, source, output, createDigest, signal);
    for (;;) {
      if (signal?.aborted) throw new Cancelled();
      const next = await events.next();
      if (next.done) {
        written.push(...next.value);
        break;
      }
      if (next.value.kind === 'tensor') {
        if (next.value.errors) errors.set(next.value.planned, next.value.errors);
        continue;
      }
      cast += next.value.progress.sourceBytes;
      yield {
        phase: 'casting',
        done: Math.round(cast),
        total: plan.bytesBefore,
        unit: 'bytes',
        detail: next.value.progress.detail,
      };
    }
  }

  const files: VerifiedFile[] = [];
  const writtenBytes = written.reduce((sum, { bytes }) => sum + bytes, 0);
  let readBack = 0;
  for (const shard of shards) {
    const ofShard = written.filter(({ file }) => file === shard.file);
    const events = verifyShard(output, shard.file, ofShard, createDigest, signal);
    for (;;) {
      const next = await events.next();
      if (next.done) {
        files.push(next.value);
        break;
      }
      readBack += next.value.done;
      yield { phase: 'reading back', done: readBack, total: writtenBytes, unit: 'bytes', detail: next.value.detail };
    }
  }

  const how = loading(plan);
  await writeSidecars(request, how, written);
  const unwritten = checkpoint.container === undefined ? undefined : await writeTokenizer(request);
  const manifest = checkpointManifest({ checkpoint, plan, policy: request.policy, createDigest, written, files });
  await writeFile(output, 'downcast.json', encoder.encode(manifest));
  if (signal?.aborted) throw new Cancelled();
  await output.commit();
  return {
    output: output.name,
    files,
    bytesBefore: plan.bytesBefore,
    bytesAfter: plan.bytesAfter,
    bitsPerWeight: plan.bitsPerWeight,
    tensors: plan.tensors.map((planned) => appliedTensor(planned, errors.get(planned))),
    verified: { storedTensors: written.length, bytes: writtenBytes },
    loader: { kind: how.kind, note: unwritten === undefined ? how.note : `${how.note}; ${unwritten}` },
    seconds: (request.now() - started) / 1000,
  };
}

async function writeSidecars(request: ApplyRequest, how: Loading, written: readonly WrittenTensor[]): Promise<void> {
  const { folder, output, checkpoint, signal } = request;
  for (const file of (await folder.list()).filter((each) => isSidecar(each, checkpoint.container))) {
    const source = await folder.open(file);
    try {
      if (source.size <= SIDECAR_LIMIT) await writeFile(output, file, await source.read(0, source.size, signal));
    } finally {
      await source.close();
    }
  }
  if (checkpoint.config) {
    const config = { ...checkpoint.config.raw, ...(how.config && { quantization_config: how.config }) };
    await writeFile(output, 'config.json', encoder.encode(encodeConfig(config)));
  }
  const index = writtenIndex(checkpoint);
  if (index) await writeFile(output, index, encoder.encode(encodeShardIndex(written)));
}

/** The tokenizer of a GGUF model as the files that loaders read; says why there is none where it can't be had. */
async function writeTokenizer({ folder, checkpoint, output, signal }: ApplyRequest): Promise<string | undefined> {
  let files: TokenizerFiles;
  try {
    files = await readGgufTokenizer(folder, checkpoint, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    return `no tokenizer was written: ${(error as Error).message}`;
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(output, name, encoder.encode(`${JSON.stringify(content, null, 1)}\n`));
  }
  return undefined;
}

async function writeFile(output: OutputFolder, name: string, bytes: Uint8Array): Promise<void> {
  const file = await output.create(name, bytes.length);
  await file.write(0, bytes);
  await file.finish();
}

function appliedTensor(planned: PlannedTensor, errors: CastErrorSums | undefined): AppliedTensor {
  const decibels = errors ? sqnr(errors) : Infinity;
  return {
    name: planned.tensor.name,
    dtype: planned.treatment.kind === 'cast' ? planned.treatment.cast.format : planned.tensor.dtype,
    bytesBefore: planned.bytesBefore,
    bytesAfter: planned.bytesAfter,
    relativeError: errors ? relativeError(errors) : null,
    sqnr: Number.isFinite(decibels) ? decibels : null,
    saturated: errors?.saturated ?? 0,
    flushed: errors?.flushed ?? 0,
  };
}
