import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../extension/core/policy/glob';
import { LIMITS } from '../../../extension/core/policy/limits';
import { locate } from '../../../extension/core/policy/locate';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { FAKE_FORMATS } from './fake-formats';
import { createRandom } from './random';

const MIB = 1 << 20;

/** Texts that hang or abort parsers that are not careful, with the finding that each ends in. */
const TEXTS: readonly (readonly [title: string, text: string, code: string])[] = [
  ['over 1 MiB', `#${'x'.repeat(MIB)}`, 'too-large'],
  ['over 10,000 lines', 'version: 1\n'.repeat(10_001), 'too-large'],
  ['10,000 brackets', `rules: ${'['.repeat(10_000)}`, 'too-large'],
  ['1,000,000 brackets', '['.repeat(1_000_000), 'too-large'],
  ['65 braces, closed', `rules: ${'{a: '.repeat(65)}1${'}'.repeat(65)}`, 'too-large'],
  ['10,000 mappings in one line', 'a: '.repeat(10_000), 'too-large'],
  ['10,000 lists in one line', `${'- '.repeat(10_000)}a`, 'too-large'],
  ['10,000 explicit keys', '? '.repeat(10_000), 'too-large'],
  [
    '1,000 levels of indentation',
    Array.from({ length: 1000 }, (_, at) => `${' '.repeat(at)}a:\n`).join(''),
    'too-large',
  ],
  ['101 aliases', `a: &a [x]\nb: [${'*a,'.repeat(101)}]`, 'too-large'],
  [
    'an alias bomb',
    [
      'a: &a0 [x,x,x,x,x,x,x,x]',
      ...Array.from({ length: 9 }, (_, at) => `b${at}: &a${at + 1} [${Array(10).fill(`*a${at}`).join()}]`),
    ].join('\n'),
    'too-large',
  ],
  ['a list of 400,000', `rules: [${'a,'.repeat(400_000)}]`, 'too-large'],
  ['an alias of itself', 'rules: &a [*a]', 'syntax'],
  ['9,000 distinct keys', Array.from({ length: 9000 }, (_, at) => `key${at}: 1`).join('\n'), 'unknown-key'],
  ['9,000 equal keys', 'version: 1\n'.repeat(9000), 'duplicate-key'],
  ['keys of prototypes', '__proto__: { dtype: x }\nconstructor: 1\ntoString: 2\nhasOwnProperty: 3', 'unknown-key'],
  ['a key of 1 MB', `${'k'.repeat(1_000_000)}: 1`, 'unknown-key'],
  ['a dtype of 1 MB', `default: ${'d'.repeat(1_000_000)}`, 'unknown-dtype'],
  ['a glob of 1 MB', `rules: [{ match: "${'*a'.repeat(500_000)}", dtype: keep }]`, 'bad-pattern'],
  ['a regular expression of 1 MB', `rules: [{ match: "/${'(a*)*'.repeat(200_000)}/", dtype: keep }]`, 'bad-pattern'],
  ['layers of 1 MB', `rules: [{ match: a, dtype: keep, layers: "${'0,'.repeat(500_000)}0" }]`, 'bad-value'],
  ['a huge number', `version: ${'9'.repeat(100_000)}`, 'bad-value'],
  ['numbers that are none', 'version: .inf\nevaluate: { context: 0x7fffffffffff, windows: -0 }', 'bad-value'],
  ['20,000 quotes', '"a" '.repeat(20_000), 'syntax'],
  ['20,000 tags', '!x '.repeat(20_000), 'syntax'],
  ['20,000 anchors', '&a '.repeat(20_000), 'syntax'],
  ['50,000 closing braces', '}'.repeat(50_000), 'syntax'],
  ['a line of spaces and an error', `a: "${' '.repeat(500_000)}`, 'syntax'],
  ['2,000 lines with errors', 'match: [a]b\n'.repeat(2000), 'syntax'],
  ['5,000 tabs', '\t- a\n'.repeat(5000), 'syntax'],
  ['another YAML version', '%YAML 1.1\n---\n<<: { version: 1 }\nversion: 1:30', 'unknown-key'],
  ['a tag that runs code elsewhere', 'default: !!js/function "x"', 'syntax'],
  ['control characters', 'default: \u0002\u0018\u001f\u0000', 'unknown-dtype'],
  ['half a surrogate', 'default: \ud800', 'unknown-dtype'],
];

describe.each(TEXTS)('%s', (_, text, code) => {
  it(`ends in ${code}`, () => {
    const { findings, policy } = parsePolicy(text, FAKE_FORMATS);
    locate(text, text.length >> 1);
    expect(findings.map((found) => found.code)).toContain(code);
    expect(findings.length).toBeLessThanOrEqual(1000);
    expect(policy.rules.length).toBeLessThan(LIMITS.lines);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    for (const { range } of findings) {
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThanOrEqual(text.length);
    }
  });
});

describe('within the limits', () => {
  it('reads 64 levels, 10,000 lines and 100 aliases', () => {
    const lines = Array.from({ length: 4990 }, (_, at) => `  - match: a${at}\n    dtype: keep`);
    const { policy, findings } = parsePolicy(`version: 1\nrules:\n${lines.join('\n')}\n`, FAKE_FORMATS);
    expect(findings).toEqual([]);
    expect(policy.rules).toHaveLength(4990);
    const aliases = `version: 1\nrules:\n  - match: &a [x]\n    dtype: keep\n${'  - { match: *a, dtype: keep }\n'.repeat(100)}`;
    expect(parsePolicy(aliases, FAKE_FORMATS).findings).toEqual([]);
    expect(parsePolicy(`formats: ${'['.repeat(63)}${']'.repeat(63)}`, FAKE_FORMATS).findings[0]?.code).toBe(
      'missing-key',
    );
  });

  it('takes brackets of patterns for no nesting', () => {
    const rules = `  - { match: /\\[\\{[a]/, dtype: keep }\n`.repeat(100);
    const codes = parsePolicy(`version: 1\nrules:\n${rules}`, FAKE_FORMATS).findings.map(({ code }) => code);
    expect(codes).not.toContain('too-large');
  });
});

describe('a glob and names made for each other', () => {
  it('forgets its tables instead of filling the memory', () => {
    const glob = compileGlob(`**a${'?'.repeat(24)}b`);
    if (glob.kind === 'error') throw new Error(glob.message);
    const random = createRandom(1);
    const name = Array.from({ length: 100_000 }, () => (random.integer(2) === 0 ? 'a' : 'b')).join('');
    for (const each of [name, `${name}a${'.'.repeat(24)}b`, `${name}a${'x'.repeat(24)}b`]) {
      const end = each.slice(-26);
      expect(glob.matches(each)).toBe(end.startsWith('a') && end.endsWith('b') && !end.includes('.'));
    }
  });
});
