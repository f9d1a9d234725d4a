import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../extension/core/policy/parse';
import type { Located } from '../../../extension/core/policy/range';
import { FAKE_FORMATS } from './fake-formats';

const TEXT = `version: 1
checkpoint: ../tiny
target: mlx
default: { dtype: int8, scale: group 64, round: { stochastic: 7 } }
rules:
  - match: "a.*"   # a comment
    dtype: bfloat16
    because: it
      matters
  - match: [/b\\.c/, d]
    except: 'd.e'
    layers: [0, 2..-3]
    dtype: int4
    group: 32
    scale_dtype: fp16
  - { match: x, dtype: fp8_e4m3, scale: none, overflow: ieee }
budget: { bits_per_weight: 4.5, size: 1.5 MiB, perplexity: +1% }
evaluate: { text: t.txt, context: 512, windows: 32, scoring: all }
`;

describe('a policy as it is typed', () => {
  const { policy, findings } = parsePolicy(TEXT, FAKE_FORMATS);
  const [first, second, third] = policy.rules;

  /** The text that a located value stands in. */
  function written(value: Pick<Located<unknown>, 'range'> | undefined): string | undefined {
    return value && TEXT.slice(value.range.start, value.range.end);
  }

  it('has no finding but the alias', () => {
    expect(findings.map(({ code }) => code)).toEqual(['alias-dtype']);
  });

  it('keeps version, checkpoint and target', () => {
    expect(policy.version).toBe(1);
    expect(policy.checkpoint?.value).toBe('../tiny');
    expect(policy.target?.value).toBe('mlx');
  });

  it('reads a default in braces', () => {
    expect(policy.default?.dtype?.value).toBe('int8');
    expect(policy.default?.scale).toMatchObject({ value: { kind: 'group', size: 64 }, key: 'scale' });
    expect(policy.default?.round?.value).toEqual({ kind: 'stochastic', seed: 7 });
  });

  it('places each part where it stands', () => {
    expect(written(first)).toBe('match: "a.*"   # a comment\n    dtype: bfloat16\n    because: it\n      matters');
    expect(written(first?.match[0])).toBe('"a.*"');
    expect(written(first?.dtype)).toBe('bfloat16');
    expect(written(second?.match[0])).toBe('/b\\.c/');
    expect(written(second?.layers)).toBe('[0, 2..-3]');
    expect(written(second?.layers?.value[1])).toBe('2..-3');
    expect(written(third)).toBe('{ match: x, dtype: fp8_e4m3, scale: none, overflow: ieee }');
  });

  it('reads rules', () => {
    expect(first).toMatchObject({ index: 0, indent: 4, because: 'it matters', dtype: { value: 'bf16' } });
    expect(second).toMatchObject({
      match: [
        { kind: 'regex', source: 'b\\.c', quotes: 'plain' },
        { kind: 'glob', source: 'd' },
      ],
      except: [{ kind: 'glob', source: 'd.e', quotes: 'single' }],
      layers: { value: [{ from: 0, to: 0 }, { from: 2, to: -3 }] }, // prettier-ignore
      scale: { value: { kind: 'group', size: 32 }, key: 'group' },
      scaleDtype: { value: 'F16' },
    });
    expect(third).toMatchObject({
      indent: undefined,
      scale: { value: { kind: 'none' } },
      overflow: { value: 'ieee' },
    });
  });

  it('reads budget and evaluation in one unit each', () => {
    expect(policy.budget).toMatchObject({
      bitsPerWeight: { value: 4.5 },
      size: { value: 1.5 * 2 ** 20 },
      perplexity: { value: 0.01 },
    });
    expect(policy.evaluate).toMatchObject({ text: { value: 't.txt' }, context: 512, windows: 32, scoring: 'all' });
  });
});

describe('what can be understood of a broken policy', () => {
  it('keeps the other rules and their numbers', () => {
    const text =
      'rules:\n  - 5\n  - match: "a\n    dtype: int4\n  - match: b\n    dtyp\n    layers: 1\n  - match: c\n    dtype: zz';
    const { policy } = parsePolicy(text, FAKE_FORMATS);
    expect(policy.rules.map(({ index, match, dtype }) => [index, match[0]?.source, dtype?.value])).toEqual([
      [0, undefined, undefined],
      [1, 'a', 'int4'],
      [2, 'b', undefined],
      [3, 'c', undefined],
    ]);
    expect(policy.rules[2]?.layers?.value).toHaveLength(1);
  });

  it('reads Windows line ends', () => {
    const { policy, findings } = parsePolicy(TEXT.replaceAll('\n', '\r\n'), FAKE_FORMATS);
    expect(findings.map(({ code }) => code)).toEqual(['alias-dtype']);
    expect(policy.rules).toHaveLength(3);
  });

  it('reads a file that begins with a byte order mark', () => {
    const { policy, findings } = parsePolicy('\ufeffversion: 1\ndefault: bf16\n', FAKE_FORMATS);
    expect(findings).toEqual([]);
    expect(policy.default?.dtype?.range).toEqual({ start: 21, end: 25 });
  });
});
