#!/usr/bin/env node
// Apply on a checkpoint far larger than memory should be: `npm run bench:stream [-- --gigabytes 20 --dtype fp8_e4m3]`.
// Writes a sharded checkpoint of sparse files, casts it, and prints the most memory the process held at any time and
// the throughput as a share of what the disk itself reads and writes, measured just before on files of the same kind.
// Needs room for the output: half of the size for 8-bit dtypes.
import { spawn } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '20' },
    dtype: { type: 'string', default: 'fp8_e4m3' },
    folder: { type: 'string', default: path.join(root, '.cache') },
    workers: { type: 'string' },
  },
});

const ROWS = 8192;
const COLUMNS = 8192;
const TENSOR = ROWS * COLUMNS * 2;
const PER_SHARD = 16;

/** One shard of zeros that take no room on disk, with a header as safetensors wants it. */
function writeShard(file, names) {
  const header = Object.fromEntries(
    names.map((name, at) => [
      name,
      { dtype: 'BF16', shape: [ROWS, COLUMNS], data_offsets: [at * TENSOR, (at + 1) * TENSOR] },
    ]),
  );
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, 0x20)]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const handle = openSync(file, 'w');
  writeSync(handle, Buffer.concat([length, padded]));
  ftruncateSync(handle, 8 + padded.length + names.length * TENSOR);
  closeSync(handle);
}

function writeCheckpoint(folder, bytes) {
  const count = Math.ceil(bytes / TENSOR);
  const shards = Math.ceil(count / PER_SHARD);
  const map = {};
  for (let shard = 0; shard < shards; shard++) {
    const file = `model-${String(shard + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
    const names = Array.from({ length: Math.min(PER_SHARD, count - shard * PER_SHARD) }, (_, at) => {
      return `model.layers.${shard * PER_SHARD + at}.mlp.up_proj.weight`;
    });
    writeShard(path.join(folder, file), names);
    for (const name of names) map[name] = file;
  }
  writeFileSync(
    path.join(folder, 'model.safetensors.index.json'),
    JSON.stringify({ metadata: { total_size: count * TENSOR }, weight_map: map }),
  );
  writeFileSync(
    path.join(folder, 'config.json'),
    JSON.stringify({ model_type: 'llama', architectures: ['LlamaForCausalLM'], num_hidden_layers: count }),
  );
  return { count, bytes: count * TENSOR };
}

/** Seconds a gigabyte of this disk: reading holes, and writing with a sync at the end as apply does. */
function diskSeconds(folder) {
  const chunk = Buffer.alloc(8 << 20, 1);
  const file = path.join(folder, 'disk');
  const rounds = 256;
  const gigabytes = (rounds * chunk.length) / 1e9;
  let started = performance.now();
  let handle = openSync(file, 'w+');
  for (let round = 0; round < rounds; round++) writeSync(handle, chunk);
  fsyncSync(handle);
  const write = (performance.now() - started) / 1000 / gigabytes;
  closeSync(handle);
  rmSync(file);
  handle = openSync(file, 'w+');
  ftruncateSync(handle, rounds * chunk.length);
  started = performance.now();
  for (let round = 0; round < rounds; round++) readSync(handle, chunk, 0, chunk.length, round * chunk.length);
  const read = (performance.now() - started) / 1000 / gigabytes;
  closeSync(handle);
  rmSync(file);
  return { read, write };
}

mkdirSync(options.folder, { recursive: true });
const folder = await mkdtemp(path.join(options.folder, 'stream-'));
try {
  const source = path.join(folder, 'source');
  mkdirSync(source);
  const checkpoint = writeCheckpoint(source, Number(options.gigabytes) * 1e9);
  const policy = path.join(folder, 'policy.dtype.yaml');
  writeFileSync(policy, `version: 1\ncheckpoint: source\ndefault: { dtype: ${options.dtype} }\n`);
  const disk = diskSeconds(folder);
  const started = performance.now();
  const args = ['dist/cli/downcast.js', 'apply', policy, '--out', path.join(folder, 'out'), '--json'];
  if (options.workers) args.push('--workers', options.workers);
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let peak = 0;
  const watch = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
    } catch {
      // It has just ended.
    }
  }, 200);
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`apply ended with ${code}`);
  const seconds = (performance.now() - started) / 1000;
  const report = JSON.parse(out);
  const written = report.bytesAfter ?? report.report?.bytesAfter ?? checkpoint.bytes / 2;
  // Read the source, write the result, read it back to verify.
  const ideal =
    Math.max((checkpoint.bytes / 1e9) * disk.read, (written / 1e9) * disk.write) + (written / 1e9) * disk.read;
  console.log(
    `${(checkpoint.bytes / 1e9).toFixed(1)} GB in ${checkpoint.count} tensors -> ${options.dtype}, ${(written / 1e9).toFixed(1)} GB`,
  );
  console.log(`${seconds.toFixed(1)} s, ${(checkpoint.bytes / 1e9 / seconds).toFixed(2)} GB/s of input`);
  console.log(
    `disk: reads ${(1 / disk.read).toFixed(2)} GB/s, writes ${(1 / disk.write).toFixed(2)} GB/s; alone it would take ${ideal.toFixed(1)} s: share ${(ideal / seconds).toFixed(2)}`,
  );
  console.log(`most resident memory: ${(peak / 1e6).toFixed(0)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
