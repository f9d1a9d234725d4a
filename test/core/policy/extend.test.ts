import { describe, expect, it } from 'vitest';
import { extendPolicy, type ReadBase } from '../../../extension/core/policy/extend';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { ruleName } from '../../../extension/core/policy/rule-name';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { dtypeLabel } from '../../../extension/core/resolve/dtype-label';
import { resolve } from '../../../extension/core/resolve/resolve';
import { llamaRows, treeOf } from '../resolve/model-names';

const tree = treeOf(llamaRows(2));
const OWN = 'own.dtype.yaml';

/** Policies by name, all in one folder. */
function extended(texts: Readonly<Record<string, string>>) {
  const readBase: ReadBase = (written) => {
    const text = texts[written];
    return text === undefined ? Promise.reject(new Error('no such file')) : Promise.resolve({ id: written, text });
  };
  const text = texts[OWN]!;
  return extendPolicy(text, OWN, parsePolicy(text, BUILT_IN_FORMATS), BUILT_IN_FORMATS, readBase);
}

describe('a policy that extends another one', () => {
  const texts = {
    [OWN]: 'version: 1\nextends: base.dtype.yaml\nrules:\n  - { match: "**.up_proj.weight", dtype: mine }\n',
    'base.dtype.yaml':
      'version: 1\nextends: root.dtype.yaml\ndefault: fp16\nrules:\n  - { match: "**.mlp.*.weight", dtype: int4, because: small }\n',
    'root.dtype.yaml':
      'version: 1\ndefault: keep\nformats:\n  mine: { float: { exponent: 4, mantissa: 2 } }\nrules:\n  - { match: "**_proj.weight", dtype: int8 }\n  - { match: "**.nothing", dtype: int8 }\n',
  };

  it('gets the rules of the farthest first, its own last', async () => {
    const { policy, findings } = await extended(texts);
    expect(findings).toEqual([]);
    expect(policy.rules.map((_, index) => ruleName(policy, index))).toEqual([
      'rule 1 of root.dtype.yaml',
      'rule 2 of root.dtype.yaml',
      'rule 1 of base.dtype.yaml',
      'rule 1',
    ]);
    const plan = resolve(policy, tree, BUILT_IN_FORMATS);
    const label = (name: string): string => dtypeLabel(plan.byName.get(name)!);
    expect(label('model.layers.0.mlp.up_proj.weight')).toBe('mine channel');
    expect(label('model.layers.0.mlp.down_proj.weight')).toBe('int4 group 128');
    expect(label('model.layers.0.self_attn.q_proj.weight')).toBe('int8 channel');
    expect(label('model.norm.weight')).toBe('fp16');
  });

  it('tells of inherited rules at extends, without fixes, and not that they are overridden', async () => {
    const { policy } = await extended(texts);
    const { findings } = resolve(policy, tree, BUILT_IN_FORMATS);
    const at = texts[OWN].indexOf('base.dtype.yaml');
    const inherited = findings.filter(({ range }) => range.start === at);
    expect(inherited.map(({ code, severity, fixes }) => [code, severity, fixes.length])).toEqual([
      ['no-match', 'information', 0],
    ]);
    expect(inherited[0]!.message).toMatch(/^base\.dtype\.yaml: "\*\*\.nothing" matches no tensor/);
  });

  it.each([
    [{ [OWN]: 'extends: gone.dtype.yaml\nversion: 1\n' }, "gone.dtype.yaml can't be read: no such file"],
    [
      { [OWN]: 'extends: a.dtype.yaml\nversion: 1\n', 'a.dtype.yaml': `version: 1\nextends: ${OWN}\n` },
      'extends this policy in its turn',
    ],
    [
      { [OWN]: 'extends: a.dtype.yaml\nversion: 1\n', 'a.dtype.yaml': 'version: 1\nrules: [{ dtype: int8 }]\n' },
      'a.dtype.yaml: the rule has no match',
    ],
  ])('says what is wrong with %j', async (broken, message) => {
    const { findings } = await extended(broken);
    expect(findings.map(({ code }) => code)).toEqual(['extends']);
    expect(findings[0]!.message).toContain(message);
  });
});
