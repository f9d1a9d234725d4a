#!/usr/bin/env node
// What a keystroke costs in a policy of 200 rules over DeepSeek-V3 (91,991 tensors in 163 files): both servers as editors
// start them, talked to over stdio, yaml-language-server (with our JSON schema) on the same text in the same run.
// `npm run bench:language -- [--rules 200] [--keystrokes 10000] [--samples 300] [--no-peer]`
// Beside the time that passed stands the processor time of the server's main thread: on a machine with other work to do
// it is what a quiet one would show. Goals, p95: findings < 50 ms after a keystroke, completion < 20 ms, hover < 10 ms; opened < 1 s; memory < 300 MB.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { writeCheckpoint } from './language/checkpoint.mjs';
import { startClient } from './language/client.mjs';
import { createTypist, writePolicy } from './language/typing.mjs';

const PEER = 'yaml-language-server@2.0.0';
/** Those of extension/client/node.ts. */
const SERVER_FLAGS = ['--max-semi-space-size=4'];
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    rules: { type: 'string', default: '200' },
    keystrokes: { type: 'string', default: '10000' },
    samples: { type: 'string', default: '300' },
    server: { type: 'string', default: path.join(root, 'dist/node/server.js') },
    peer: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
if (!existsSync(options.server)) throw new Error(`${options.server}: not built; run npm run build first`);

const folder = await mkdtemp(path.join(tmpdir(), 'downcast-bench-'));
try {
  const { tensors, files } = await writeCheckpoint(root, path.join(folder, 'model'));
  const text = writePolicy(Number(options.rules), 'model', 1);
  console.log(`${tensors} tensors in ${files} files, ${options.rules} rules in ${text.length} characters\n`);
  const ours = await measure(options.server, text, {
    file: 'bench.dtype.yaml',
    languageId: 'dtype-policy',
    // As VS Code has them, and as our extension starts the server.
    capabilities: {
      textDocument: {
        diagnostic: {},
        publishDiagnostics: { relatedInformation: true },
        completion: { completionItem: { snippetSupport: true } },
      },
    },
    nodeFlags: SERVER_FLAGS,
  });
  const theirs = options.peer ? await measurePeer(text) : undefined;
  print(ours, theirs);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measurePeer(text) {
  const cache = path.join(root, '.cache/bench');
  const script = path.join(cache, 'node_modules/yaml-language-server/bin/yaml-language-server');
  await mkdir(cache, { recursive: true });
  const [name, version] = PEER.split('@');
  const manifest = path.join(cache, 'node_modules', name, 'package.json');
  if (!existsSync(manifest) || JSON.parse(await readFile(manifest, 'utf8')).version !== version) {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    execFileSync(npm, ['install', '--no-save', '--ignore-scripts', '--prefix', cache, PEER], { stdio: 'ignore' });
  }
  const schema = pathToFileURL(path.join(root, 'schemas/dtype-policy.schema.json')).href;
  return measure(script, text, {
    file: 'bench.dtype.yaml',
    languageId: 'yaml',
    capabilities: {
      textDocument: { publishDiagnostics: { versionSupport: true }, completion: { completionItem: {} }, hover: {} },
      workspace: { configuration: true },
    },
    configuration: { yaml: { validate: true, hover: true, completion: true, schemas: { [schema]: '*.dtype.yaml' } } },
  });
}

/** Opens, then types: after each keystroke findings, now and then completion at the cursor and hover over a word. */
async function measure(script, text, { file, languageId, capabilities, configuration, nodeFlags }) {
  const uri = pathToFileURL(path.join(folder, file)).href;
  const client = await startClient(script, {
    root: pathToFileURL(folder).href,
    capabilities,
    configuration,
    nodeFlags,
  });
  const typist = createTypist(text, 2);
  const times = { findings: [], completion: [], hover: [] };
  const timed = async (list, ask) => {
    const [start, before] = [performance.now(), client.processor()];
    const answer = await ask();
    list.push({ wall: performance.now() - start, processor: client.processor() - before });
    return answer;
  };
  const opened = [];
  const open = (at, policy) =>
    timed(opened, async () => {
      await client.open(at, languageId, policy);
      await client.findings(at);
    });
  // Without rules it is the checkpoint alone that is opened.
  await open(uri.replace('bench.', 'small.'), 'version: 1\ncheckpoint: model\n');
  await open(uri, text);
  const answered = { findings: 0, completions: 0, hovers: 0 };
  const type = async () => {
    const { range, text: typed } = typist.next();
    await client.change(uri, range, typed);
  };
  for (let sample = 0; sample < Number(options.samples); sample++) {
    answered.findings += (
      await timed(times.findings, async () => {
        await type();
        return client.findings(uri);
      })
    ).length;
    // Editors ask for completion while the newest keystroke is still unread.
    await type();
    const list = await timed(times.completion, () => client.complete(uri, typist.cursor()));
    answered.completions += (list?.items ?? list ?? []).length > 0 ? 1 : 0;
    await client.findings(uri);
    answered.hovers += (await timed(times.hover, () => client.hover(uri, typist.target()))) ? 1 : 0;
  }
  const before = client.memory();
  const started = performance.now();
  // A server that pushes after a pause would take hours for as many: there it is the keystrokes alone.
  for (let key = 0; key < Number(options.keystrokes); key++) {
    await type();
    if (client.pulls) await client.findings(uri);
    if (key % 5 === 0) await client.complete(uri, typist.cursor());
    if (key % 20 === 0) await client.hover(uri, typist.target());
  }
  const hour = (performance.now() - started) / 1000;
  const after = client.memory();
  await client.stop();
  if (client.errors.length > 0) throw new Error(`${script} logged ${client.errors.length} errors: ${client.errors[0]}`);
  return { opened, times, answered, before, after, hour };
}

function print(ours, theirs) {
  const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.ceil(share * list.length) - 1];
  const both = (list, clock) => {
    const times = list.map((each) => each[clock]);
    return `${quantile(times, 0.5).toFixed(1)} / ${quantile(times, 0.95).toFixed(1)} ms`;
  };
  const asked = (name, kind, goal) => [
    [`${name}, p50 / p95`, ({ times }) => both(times[kind], 'wall'), goal],
    ['  of that its processor', ({ times }) => both(times[kind], 'processor'), ''],
  ];
  const memory = (of) => (of ? `${of.now} MB (highest ${of.peak})` : 'not told');
  const rows = [
    ['', 'Downcast', 'yaml-language-server', 'goal'],
    ['checkpoint opened', ({ opened }) => `${opened[0].wall.toFixed(0)} ms`, '1,000 ms'],
    ['  of that its processor', ({ opened }) => `${opened[0].processor.toFixed(0)} ms`, ''],
    ['first findings of the policy', ({ opened }) => `${opened[1].wall.toFixed(0)} ms`, ''],
    ...asked('keystroke to findings', 'findings', '50 ms'),
    ...asked('completion', 'completion', '20 ms'),
    ...asked('hover', 'hover', '10 ms'),
    ['memory before', ({ before }) => memory(before), ''],
    [`memory after ${options.keystrokes} keystrokes`, ({ after }) => memory(after), '300 MB'],
    ['these keystrokes took', ({ hour }) => `${hour.toFixed(0)} s`, ''],
    ['completions that offered something', ({ answered }) => `${answered.completions} of ${options.samples}`, ''],
    ['hovers that said something', ({ answered }) => `${answered.hovers} of ${options.samples}`, ''],
  ];
  const cells = rows.map(([name, figure, goal, last]) =>
    typeof figure === 'function'
      ? [name, figure(ours), theirs ? figure(theirs) : '-', goal]
      : [name, figure, goal, last],
  );
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  for (const row of cells)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  if (theirs) {
    console.log(
      '\nyaml-language-server reads no checkpoint, and waits 200 ms for the next keystroke before it looks for findings.',
    );
  }
}
