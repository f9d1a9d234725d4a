import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../extension/core/policy/glob';
import { naiveMatch } from './naive-glob';
import { createRandom } from './random';

function matches(glob: string, name: string): boolean {
  const compiled = compileGlob(glob);
  if (compiled.kind === 'error') throw new Error(compiled.message);
  return compiled.matches(name);
}

describe('a glob matches the whole name', () => {
  it.each([
    // Literal text
    ['lm_head.weight', 'lm_head.weight', true],
    ['lm_head', 'lm_head.weight', false],
    ['head.weight', 'lm_head.weight', false],
    ['LM_HEAD.weight', 'lm_head.weight', false],
    // * stays inside one dotted segment
    ['model.layers.*.mlp.up_proj.weight', 'model.layers.11.mlp.up_proj.weight', true],
    ['model.*.weight', 'model.layers.0.weight', false],
    ['*_proj.weight', 'q_proj.weight', true],
    ['*', '', true],
    ['*', 'a.b', false],
    ['a*b*c', 'aXbbYc', true],
    // ** crosses dots
    ['**', 'a.b.c', true],
    ['model.**', 'model.layers.0.weight', true],
    ['model.**', 'model', false],
    ['**weight', 'model.norm.weight', true],
    ['mo**ht', 'model.norm.weight', true],
    // a segment that is ** alone stands for any number of segments, none too
    ['**.norm.weight', 'model.norm.weight', true],
    ['**.norm.weight', 'norm.weight', true],
    ['**.norm.weight', 'layernorm.weight', false],
    ['model.**.weight', 'model.weight', true],
    ['model.**.weight', 'model.layers.0.norm.weight', true],
    // ? is one character, no dot
    ['layers.?.w', 'layers.1.w', true],
    ['layers.?.w', 'layers.11.w', false],
    ['a?b', 'a.b', false],
    // classes
    ['layers.[0-3].w', 'layers.3.w', true],
    ['layers.[0-3].w', 'layers.4.w', false],
    ['[!0-3]', '4', true],
    ['[^0-3]', '2', false],
    ['a[!x]b', 'a.b', false],
    ['[qkvo]_proj', 'v_proj', true],
    ['[]x]', ']', true],
    ['[a\\]]', ']', true],
    ['[a-]', '-', true],
    // braces
    ['{q,k,v}_proj', 'k_proj', true],
    ['{q,k,v}_proj', 'o_proj', false],
    ['{gate,up,{down,}}_proj', '_proj', true],
    ['{a.b,c*}.w', 'cde.w', true],
    ['layers.{0..11}.w', 'layers.10.w', true],
    ['layers.{0..11}.w', 'layers.12.w', false],
    ['layers.{3..1}.w', 'layers.2.w', true],
    ['layers.{00..11}.w', 'layers.07.w', true],
    ['layers.{00..11}.w', 'layers.7.w', false],
    ['a,b', 'a,b', true],
    // escapes
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['\\{a\\}', '{a}', true],
    // any UTF-16 text
    ['模型.*.权重', '模型.层.权重', true],
  ])('%s and %s: %s', (glob, name, expected) => {
    expect(matches(glob, name)).toBe(expected);
  });
});

describe('against the naive reference', () => {
  it('agrees on 20,000 small random globs and names', () => {
    const random = createRandom(20260801);
    const pieces = [
      'a',
      'b',
      '.',
      '*',
      '**',
      '**.',
      '?',
      '[ab]',
      '[!a]',
      '{a,b.}',
      '{*,ab}',
      '{1..3}',
      '2',
      '{a,{b,}}',
    ];
    const letters = ['a', 'b', '.', '2', 'ab'];
    for (let round = 0; round < 20_000; round++) {
      const glob = random.pick(pieces, 6).join('');
      const name = random.pick(letters, 7).join('');
      expect(matches(glob, name), `${glob} on ${name}`).toBe(naiveMatch(glob, name));
    }
  });
});

describe('hostile globs', () => {
  const names = manyNames(200_000);

  it.each([
    ['many stars', '*a*a*a*a*a*a*a*b'],
    ['many double stars', '**a**a**a**a**a**a**b'],
    ['braces of stars', `${'{a,b,*}'.repeat(20)}x`],
    ['400 times ?*', '?*'.repeat(400)],
    ['nested braces', '{{{{{{{{*,**},*},*},*},*},*},*},*}x'],
    ['one of many suffixes', '**[0-9]????????????????'],
    ['a million number pairs', '**.{0..999}.**.{0..999}.w'],
    ['100 classes', `**${'[a-z_]'.repeat(100)}`],
    ['999 stars and a letter', `${'*'.repeat(999)}!`],
  ])('%s: none of 200,000 names', (_, glob) => {
    const compiled = compileGlob(glob);
    if (compiled.kind === 'error') throw new Error(compiled.message);
    // An engine that goes back and tries again would not come to an end here.
    expect(names.filter((name) => compiled.matches(name))).toEqual([]);
  });

  it('matches one name of 100,000 characters', () => {
    expect(matches('*a*a*a*a*a*a*a*b', 'a'.repeat(100_000))).toBe(false);
    expect(matches('**a?????????????????b', 'ab'.repeat(50_000))).toBe(false);
    expect(matches('**a????????????????b', 'ab'.repeat(50_000))).toBe(true);
  });
});

function manyNames(count: number): readonly string[] {
  const modules = ['self_attn.q_proj', 'self_attn.k_proj', 'mlp.experts.17.gate_proj', 'mlp.experts.3.down_proj'];
  return Array.from({ length: count }, (_, at) => `model.layers.${at % 128}.${modules[at % 4]!}.${at % 977}.weight`);
}
