#!/usr/bin/env node
// Everything that can be tested without an outside service: `npm test [-- --only types,lint,format,unit,e2e,package]`
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled, root } from './install.mjs';

const STEPS = ['types', 'lint', 'format', 'unit', 'package', 'e2e'];

function wanted() {
  const at = process.argv.indexOf('--only');
  if (at < 0) return STEPS;
  const names = (process.argv[at + 1] ?? '').split(',').filter(Boolean);
  const unknown = names.filter((name) => !STEPS.includes(name));
  if (names.length === 0 || unknown.length > 0) {
    console.error(`--only takes a list of ${STEPS.join(', ')}; got "${process.argv[at + 1] ?? ''}"`);
    process.exit(2);
  }
  return STEPS.filter((step) => names.includes(step));
}

function bin(name) {
  const file = {
    tsc: 'typescript/bin/tsc',
    eslint: 'eslint/bin/eslint.js',
    prettier: 'prettier/bin/prettier.cjs',
    vitest: 'vitest/vitest.mjs',
    vsce: '@vscode/vsce/vsce',
  }[name];
  return path.join(root, 'node_modules', file);
}

const run = (name, args) =>
  spawnSync(process.execPath, [bin(name), ...args], { cwd: root, stdio: 'inherit' }).status === 0;

const artifacts = path.join(root, 'artifacts');
const count = { passed: 0, failed: 0, skipped: 0 };

/** Runs vitest with its readable reporter and adds its counts to ours. */
function vitest(name, args) {
  const report = path.join(artifacts, `${name}.json`);
  rmSync(report, { force: true });
  const ok = run('vitest', ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  if (!existsSync(report)) {
    count.failed++;
    return false;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  count.passed += result.numPassedTests;
  count.failed += result.numFailedTests;
  count.skipped += result.numPendingTests + result.numTodoTests;
  // A file that fails to load holds no failed test, but it failed all the same.
  if (!ok && result.numFailedTests === 0) count.failed += Math.max(1, result.numFailedTestSuites);
  return ok;
}

/** A step without tests of its own counts as one. */
const one = (ok) => {
  count[ok ? 'passed' : 'failed']++;
  return ok;
};

const LIMIT_VSIX = 4_000_000;

function packageExtension() {
  const file = path.join(artifacts, 'downcast.vsix');
  if (!run('vsce', ['package', '--out', file])) return false;
  const { size } = statSync(file);
  console.log(`downcast.vsix: ${size.toLocaleString('en')} bytes`);
  if (size > LIMIT_VSIX) console.error(`downcast.vsix is larger than ${LIMIT_VSIX.toLocaleString('en')} bytes`);
  return size <= LIMIT_VSIX;
}

const actions = {
  types: () => one(run('tsc', ['-p', '.'])),
  lint: () => one(run('eslint', ['extension', 'webview', 'test', '--max-warnings=0', '--no-warn-ignored'])),
  format: () => one(run('prettier', ['--check', '--log-level=warn', '.'])),
  unit: () => vitest('unit', []),
  package: () => one(packageExtension()),
  e2e: () => vitest('e2e', ['--config', 'test/e2e/vitest.config.ts']),
};

const started = Date.now();
ensureInstalled();
mkdirSync(artifacts, { recursive: true });
const { build } = await import('./build.mjs');
await build();
const outcomes = [`${seconds(started)}  install and build`];
for (const step of wanted()) {
  console.log(`\n== ${step}`);
  const at = Date.now();
  const ok = actions[step]();
  outcomes.push(`${seconds(at)}  ${step}${ok ? '' : '  FAILED'}`);
}
function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`.padStart(8);
}
console.log(`\n${outcomes.join('\n')}\n${seconds(started)}  in all\n`);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 ? 1 : 0);
