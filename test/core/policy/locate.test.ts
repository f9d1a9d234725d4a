import { describe, expect, it } from 'vitest';
import { locate, ruleAt, type Place } from '../../../extension/core/policy/locate';

/** What stands at the bar, as `kind path text` and the text of its range. */
function at(marked: string): { readonly place: Place; readonly text: string } {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { place: locate(text, offset), text };
}

function brief(marked: string): string {
  const { place, text } = at(marked);
  if (place.kind === 'elsewhere') return 'elsewhere';
  const covered = JSON.stringify(text.slice(place.range.start, place.range.end));
  return `${place.kind} ${place.path.join('/') || '(root)'} ${covered}`;
}

const RULES = 'version: 1\nrules:\n';

describe('keys', () => {
  it.each([
    ['|', 'key (root) ""'],
    ['ver|', 'key (root) "ver"'],
    ['ver|sion: 1', 'key (root) "version"'],
    ['version: 1\n|', 'key (root) ""'],
    ['version: 1\n|\nrules: []', 'key (root) ""'],
    [`${RULES}  - |`, 'key rules/0 ""'],
    [`${RULES}  - ma|`, 'key rules/0 "ma"'],
    [`${RULES}  - match: a\n    |`, 'key rules/0 ""'],
    [`${RULES}  - match: a\n    dt|\n    layers: 2`, 'key rules/0 "dt"'],
    [`${RULES}  - match: a\n    |\n    layers: 2\n  - match: b\n    dtype: bf16`, 'key rules/0 ""'],
    [`${RULES}  - match: a\n    dt|ype: bf16`, 'key rules/0 "dtype"'],
    [`${RULES}  - match: a\n  - match: b\n    s|`, 'key rules/1 "s"'],
    [`${RULES}  - { match: a, dt| }`, 'key rules/0 "dt"'],
    [`${RULES}  - { match: a, | }`, 'key rules/0 ""'],
    ['evaluate:\n  co|', 'key evaluate "co"'],
    ['evaluate: { text: a, w| }', 'key evaluate "w"'],
    ['default: { | }', 'key default ""'],
    ['budget:\n  |', 'key budget ""'],
    ['{ "version": 1, "ru|" }', 'key (root) "ru"'],
  ])('%j', (marked, expected) => {
    expect(brief(marked)).toBe(expected);
  });

  it('knows the keys that are there and whether a colon follows', () => {
    expect(at(`${RULES}  - match: a\n    |\n    dtype: bf16`).place).toMatchObject({
      siblings: ['match', 'dtype'],
      colon: false,
    });
    expect(at(`${RULES}  - match: a\n    dty|pe: bf16`).place).toMatchObject({ siblings: ['match'], colon: true });
  });
});

describe('values', () => {
  it.each([
    ['default: |', 'value default ""'],
    ['default: b|f16 # why', 'value default "bf16"'],
    ['default:\n  b|', 'key default "b"'],
    [`${RULES}  - match: a\n    dtype: |`, 'value rules/0/dtype ""'],
    [`${RULES}  - match: a\n    dtype: |\n    layers: 2`, 'value rules/0/dtype ""'],
    [`${RULES}  - match: a\n    dtype: int|\n  - match: b`, 'value rules/0/dtype "int"'],
    [`${RULES}  - match: a\n    scale: group |`, 'value rules/0/scale "group "'],
    [`${RULES}  - match: a\n    layers: 2..|`, 'value rules/0/layers "2.."'],
    [`${RULES}  - match: "model.|layers"`, 'value rules/0/match "model.layers"'],
    [`${RULES}  - match: 'model.|'\n    dtype: bf16`, `value rules/0/match "model."`],
    [`${RULES}  - match: "model.|\n    dtype: bf16`, 'value rules/0/match "model."'],
    [`${RULES}  - match: model.{q,|k}_proj`, 'value rules/0/match "model.{q,k}_proj"'],
    [`${RULES}  - match: *.mlp|`, 'value rules/0/match "*.mlp"'],
    [`${RULES}  - match: [a, "b|"]`, 'value rules/0/match/1 "b"'],
    [`${RULES}  - match: [a, |]`, 'value rules/0/match/1 ""'],
    [`${RULES}  - match:\n      - a\n      - |`, 'value rules/0/match/1 ""'],
    [`${RULES}  - match:\n      - a\n      - b|\n    dtype: bf16`, 'value rules/0/match/1 "b"'],
    [`${RULES}  - { match: a, dtype: | }`, 'value rules/0/dtype ""'],
    ['evaluate: { scoring: se| }', 'value evaluate/scoring "se"'],
    ['target: mlx|', 'value target "mlx"'],
  ])('%j', (marked, expected) => {
    expect(brief(marked)).toBe(expected);
  });

  it('tells what is before the cursor, and the quotes', () => {
    expect(at(`${RULES}  - match: "model.|layers"`).place).toMatchObject({ before: 'model.', quote: '"' });
    expect(at('default: b|f16').place).toMatchObject({ before: 'b', quote: undefined });
  });
});

describe('other places', () => {
  it.each([
    ['rules:\n  |', 'item rules ""'],
    ['rules:\n  - match: a\n    dtype: bf16\n  |', 'item rules ""'],
    ['# a comm|ent\nversion: 1', 'elsewhere'],
    ['version: 1 # a comm|ent', 'elsewhere'],
  ])('%j', (marked, expected) => {
    expect(brief(marked)).toBe(expected);
  });

  it('names the rule that a path leads into', () => {
    expect(ruleAt(['rules', 3, 'match', 0])).toBe(3);
    expect(ruleAt(['default'])).toBeUndefined();
  });
});
