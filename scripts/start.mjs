#!/usr/bin/env node
// `npm start`: installs, builds, downcasts and evaluates the embedded sample in the terminal, then serves real
// VS Code on localhost with the extension and the sample workspace open.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './install.mjs';

const HELP = `npm start [-- options]

Installs, builds, downcasts and evaluates the sample checkpoint, then serves VS Code with the extension.

  --no-serve     stop after the table
  --desktop      open the desktop VS Code (\`code\` on PATH) instead of serving one
  --port <n>     port to serve on (default 8123; the next free one when it is taken)
  --quick        leave the table out and go straight to VS Code
  --help         show this
`;

function options() {
  try {
    return parseArgs({
      options: {
        'no-serve': { type: 'boolean', default: false },
        desktop: { type: 'boolean', default: false },
        port: { type: 'string', default: '8123' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

const chosen = options();
if (chosen.help) {
  console.log(HELP);
  process.exit(0);
}
const port = Number(chosen.port);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error(`--port takes a number from 1 to 65535, not "${chosen.port}"`);
  process.exit(2);
}

ensureInstalled();
console.log('Building ...');
const { build } = await import('./build.mjs');
await build();

const samples = path.join(root, 'samples');
if (!chosen.quick) downcastSample();
if (!chosen['no-serve']) await serve();

/** Runs the command line as a user would and parses what it prints. */
function downcast(args, stdio = 'inherit') {
  const done = spawnSync(process.execPath, [path.join(root, 'dist/cli/downcast.js'), ...args, '--json'], {
    cwd: samples,
    stdio: ['ignore', 'pipe', stdio],
    maxBuffer: 64 << 20,
  });
  if (done.status !== 0) {
    process.stderr.write(done.stdout);
    console.error(`downcast ${args.join(' ')} ended with exit code ${done.status}`);
    process.exit(done.status ?? 1);
  }
  return JSON.parse(done.stdout.toString());
}

function downcastSample() {
  const folder = mkdtempSync(path.join(tmpdir(), 'downcast-sample-'));
  try {
    const rows = ['balanced', 'aggressive'].map((name) => {
      const policy = `policies/${name}.dtype.yaml`;
      const applied = downcast(['apply', policy, '--out', path.join(folder, name)]);
      return { name, applied, evaluated: downcast(['eval', policy]) };
    });
    printTable(rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printTable(rows) {
  const { measurement, base } = rows[0].evaluated.report;
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  const bits = (applied, bytes) => ((applied.bitsPerWeight * bytes) / applied.bytesAfter).toFixed(2);
  const first = rows[0].applied;
  const lines = [
    ['policy', 'size', 'bits/weight', 'perplexity', 'KL (nats)', 'same top'],
    ['(as trained)', megabytes(first.bytesBefore), bits(first, first.bytesBefore), base.value.toFixed(3), '', ''],
    ...rows.map(({ name, applied, evaluated: { report } }) => [
      name,
      megabytes(applied.bytesAfter),
      applied.bitsPerWeight.toFixed(2),
      report.cast.value.toFixed(3),
      `${report.divergence.kl.mean.toFixed(4)} ± ${report.divergence.kl.standardError.toFixed(4)}`,
      `${(report.divergence.sameTop * 100).toFixed(1)}%`,
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  console.log(`\nThe sample, ${measurement.windows} windows of ${measurement.context} tokens (${measurement.text}):\n`);
  for (const line of lines) {
    console.log(
      `  ${line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join('  ')}`,
    );
  }
  const { storedTensors } = rows.at(-1).applied.verified;
  console.log(`\n  Every written tensor was read back and equals the plan (${storedTensors} in the last one).\n`);
}

async function serve() {
  if (chosen.desktop) {
    const { openDesktop } = await import('./hosts/desktop.mjs');
    await openDesktop({ extensionDir: root, folder: samples });
    return;
  }
  const { startCodeServer } = await import('./hosts/code-server.mjs');
  const server = await startCodeServer({ folder: samples, extensionDir: root, port });
  console.log(`\nVS Code with Downcast:  ${server.url}\nOpen policies/balanced.dtype.yaml there. Ctrl-C stops it.\n`);
}
