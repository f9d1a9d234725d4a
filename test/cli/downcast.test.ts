import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../extension/cli/exit-code';
import { downcast, json, root } from './built-command';

// The built command, as a user runs it, on the embedded sample.
const policies = path.join(root, 'samples/policies');
const balanced = path.join(policies, 'balanced.dtype.yaml');
const mistakes = path.join(policies, 'mistakes.dtype.yaml');
const sample = path.join(root, 'samples/tiny-sotu');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'downcast-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('--help lists the commands and the exit codes, also of each command', () => {
  const { code, out } = downcast('--help');
  expect(code).toBe(EXIT.fine);
  for (const name of [
    'inspect',
    'check',
    'plan',
    'apply',
    'eval',
    'formats',
    'compare-formats',
    'explain',
    'diff',
    'compact',
  ]) {
    expect(out).toContain(`  ${name} `);
    const help = downcast(name, '--help');
    expect(help.code).toBe(EXIT.fine);
    expect(help.out).toContain('Exit codes:');
    expect(help.out).toContain('--json');
  }
});

test('inspect shows what a checkpoint holds', () => {
  const { code, out } = downcast('inspect', sample);
  expect(code).toBe(EXIT.fine);
  expect(out).toContain('LlamaForCausalLM, 6 layers, 56 tensors, 3,869,952 elements, 7.74 MB in 1 file');
  expect(json('inspect', downcast('inspect', sample, '--json').out)).toMatchObject({ layers: 6, bytes: 7_739_904 });
});

test('inspect --stats reads the weights', () => {
  const { code, out } = downcast('inspect', sample, '--stats');
  expect(code).toBe(EXIT.fine);
  expect(out).toMatch(/^model\.layers\.0\.mlp\.down_proj\.weight +-1\.1 +1\.05 /m);
  expect(out).toMatch(/^43 matrices: median nu 2\d\.\d; \d with heavy tails/m);
  expect(out).toMatch(/^best 4 bit: \w+ \(4\.\d\d bits a weight\) \d+ times/m);
  const printed = json('inspect', downcast('inspect', sample, '--stats', '--sample', '4096', '--json').out);
  const { statistics } = printed as {
    readonly statistics: readonly { readonly name: string; readonly best: unknown[] }[];
  };
  expect(statistics).toHaveLength(56);
  expect(statistics.find(({ name }) => name.includes('norm'))?.best).toEqual([]);
});

test('compare-formats orders formats by their error and draws them', () => {
  const svg = path.join(folder, 'chart.svg');
  const args = ['compare-formats', sample, '--formats', 'nf4,int8,int4', '--sample', '4096'];
  const { code, out } = downcast(...args, '--svg', svg);
  expect(code).toBe(EXIT.fine);
  const [, ...lines] = out.split('\n');
  expect(lines.slice(0, 3).map((line) => line.split(',')[0])).toEqual(['int8', 'nf4', 'int4']);
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg xmlns/);
  expect(json('compare-formats', downcast(...args, '--json').out)).toMatchObject({
    group: 128,
    formats: { length: 3 },
  });
  expect(downcast('compare-formats', sample, '--formats', 'int9').code).toBe(EXIT.wrongUse);
});

test('plan counts scales: 24 int4 tensors of group 128 take 4.13 bits a weight', () => {
  const { code, out } = downcast('plan', balanced);
  expect(code).toBe(EXIT.fine);
  expect(out).toMatch(/int4 +24 +3\.41 MB +879 kB +4\.13/);
  const printed = json('plan', downcast('plan', balanced, '--json').out) as {
    bytesAfter: number;
    tensors: { bytesAfter: number }[];
  };
  expect(printed.tensors.reduce((sum, { bytesAfter }) => sum + bytesAfter, 0)).toBe(printed.bytesAfter);
});

test('apply writes a checkpoint that inspect reads, and refuses to write over it unless asked', () => {
  const out = path.join(folder, 'out');
  const applied = downcast('apply', balanced, '--out', out, '--json');
  expect(applied.err).toBe('');
  const report = json('apply', applied.out) as { bytesAfter: number; loader: { kind: string } };
  expect(report.loader.kind).toBe('compressed-tensors');
  expect(json('inspect', downcast('inspect', out, '--json').out)).toMatchObject({ bytes: report.bytesAfter });
  expect(downcast('apply', balanced, '--out', out)).toMatchObject({ code: EXIT.wrongUse });
  expect(downcast('apply', balanced, '--out', out, '--replace')).toMatchObject({ code: EXIT.fine });
});

test('apply never touches the source and never runs a policy with errors', () => {
  const inside = downcast('apply', balanced, '--out', path.join(sample, 'out'));
  expect(inside.code).toBe(EXIT.wrongUse);
  expect(inside.err).toContain('must not be, hold or lie in the checkpoint that is read');
  expect(downcast('apply', mistakes, '--out', path.join(folder, 'never')).code).toBe(EXIT.findings);
  expect(existsSync(path.join(folder, 'never'))).toBe(false);
});

test('eval measures, and a gate decides the exit code', () => {
  const few = ['--windows', '2', '--context', '128'];
  const { code, out } = downcast('eval', balanced, ...few, '--json', '--max-perplexity-increase', '50');
  expect(code).toBe(EXIT.fine);
  const { report } = json('evaluation', out) as { report: { base: { value: number }; measurement: object } };
  expect(report.measurement).toMatchObject({ windows: 2, context: 128, tokensScored: 254, scoring: 'all' });
  const failed = downcast(
    'eval',
    path.join(policies, 'aggressive.dtype.yaml'),
    ...few,
    '--max-perplexity-increase',
    '-50',
  );
  expect(failed.code).toBe(EXIT.findings);
  expect(failed.out).toContain('FAILED');
});

test('formats prints its table and one format in detail', () => {
  json('formats', downcast('formats', '--json').out);
  expect(downcast('formats', 'bfloat16').out).toContain('bf16: ');
  expect(downcast('formats', 'fp3').code).toBe(EXIT.wrongUse);
});

test.each([
  [['frobnicate'], EXIT.wrongUse, 'unknown command'],
  [['check'], EXIT.wrongUse, 'missing required argument'],
  [['eval', balanced, '--windows', 'many'], EXIT.wrongUse, '--windows takes a whole number'],
  [['eval', balanced, '--scoring', 'some'], EXIT.wrongUse, '--scoring takes all or second-half'],
  [['eval', balanced, '--context', '4096'], EXIT.wrongUse, 'more than the 512'],
  [['inspect', '/no/such/place'], EXIT.inputBroken, '/no/such/place'],
  [['check', '/no/such.dtype.yaml'], EXIT.inputBroken, "can't be read"],
] as const)('%j exits with %i and says why', (args, code, message) => {
  const done = downcast(...args);
  expect(done.err).toContain(message);
  expect(done.code).toBe(code);
});

test('a damaged checkpoint is broken input, named with what is wrong', () => {
  const file = path.join(folder, 'damaged.safetensors');
  writeFileSync(file, readFileSync(path.join(sample, 'model.safetensors')).subarray(0, 100_000));
  const { code, err } = downcast('inspect', file);
  expect(code).toBe(EXIT.inputBroken);
  expect(err).toContain('damaged.safetensors');
});

test('compare-formats has no figures for a format that divides no rows, and says so', () => {
  const args = ['compare-formats', sample, '--group', '7', '--sample', '4096', '--formats'];
  const { out, err } = downcast(...args, 'int4,int8:scale=channel', '--json');
  const { formats } = json('compare-formats', out) as { formats: readonly { format: string }[] };
  expect(formats.map(({ format }) => format)).toEqual(['int8']);
  expect(err).toContain('int4, group 7: left out, it divides no rows of the checkpoint');
  const none = downcast(...args, 'int4');
  expect(none.code).toBe(EXIT.wrongUse);
  expect(none.err).toContain('no format divides the rows of any of the 42 linear weights');
});

test('compare-formats takes keys of a rule beside a format, and says whether the order holds', () => {
  const args = ['compare-formats', sample, '--formats', 'int4:fit=mse,sf4:nu=20,int4', '--sample', '4096'];
  const text = path.join(root, 'samples/text/validation.txt');
  const measured = [...args, '--text', text, '--windows', '2', '--context', '64', '--no-cache'];
  const { code, out } = downcast(...measured);
  expect(code).toBe(EXIT.fine);
  expect(out).toMatch(/^sf4 nu=20, group 128 +4\.1/m);
  expect(out).toMatch(/^int4 fit=mse, group 128 +4\.1/m);
  expect(out).toMatch(/paired bootstrap over 2 windows[^]*^int4, group 128 +/m);
  const printed = json('compare-formats', downcast(...measured, '--json').out) as {
    formats: { evaluation: { divergence: { kl: { mean: number } } } }[];
    pairs: { better: number; worse: number; kl: { value: number } }[];
  };
  expect(printed.pairs.map(({ better, worse }) => [better, worse])).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
  const kl = printed.formats.map(({ evaluation }) => evaluation.divergence.kl.mean);
  for (const { better, worse, kl: difference } of printed.pairs) {
    expect(difference.value).toBeCloseTo(kl[worse]! - kl[better]!, 10);
  }
});

test('a format that does not exist is told with the nearest ones', () => {
  expect(downcast('formats', 'nf44')).toMatchObject({ code: EXIT.wrongUse });
  expect(downcast('formats', 'nf44').err).toContain('"nf44" is not a number format; did you mean nf4?');
  const compared = (formats: string): string => downcast('compare-formats', sample, '--formats', formats).err;
  expect(compared('int4,flaot16')).toContain('"flaot16" is not a number format; did you mean fp16');
  expect(compared('sf4:nu=2000')).toContain(
    `--formats: "sf4:nu=2000": nu can't be "2000"; expected a number from 1 to 1000`,
  );
  expect(compared('int4:nu=5')).toContain('int4 takes no nu');
  expect(compared('int4:dtype=nf4')).toContain('expected keys of a rule after colons, as in sf4:nu=20');
});

test('formats ID says all that is known of one', () => {
  const { code, out } = downcast('formats', 'BFP_BF4');
  expect(code).toBe(EXIT.fine);
  expect(out).toContain('bfp4: 4-bit block floating point');
  expect(out).toContain('stored as      weight_packed U8 [4096, 2048], weight_scale U8 [4096, 256]');
  expect(out).toContain('rounding       bits beyond the shared exponent are dropped');
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(112);
  expect(json('formats', downcast('formats', '--json').out)).toMatchObject({ formats: { length: 59 } });
});
