import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import type { Finding } from '../../../extension/core/policy/finding';
import { parsePolicy } from '../../../extension/core/policy/parse';
import type { Plan } from '../../../extension/core/resolve/plan';
import { resolve } from '../../../extension/core/resolve/resolve';
import { CHECKPOINTS } from '../resolve/model-names';

const SAMPLES = path.join(import.meta.dirname, '../../../samples/policies');

/** A sample against a model of the shapes of the embedded one. */
function sample(name: string): { readonly findings: readonly Finding[]; readonly plan: Plan } {
  const { policy, findings } = parsePolicy(readFileSync(path.join(SAMPLES, name), 'utf8'), BUILT_IN_FORMATS);
  const plan = resolve(policy, CHECKPOINTS.get('llama')!, BUILT_IN_FORMATS);
  return { findings: [...findings, ...plan.findings], plan };
}

describe('the sample policies', () => {
  it.each([
    ['balanced', 7.43],
    ['aggressive', 4.49],
  ])('%s has no finding and takes %d bits per weight', (name, bits) => {
    const { findings, plan } = sample(`${name}.dtype.yaml`);
    expect(findings).toEqual([]);
    expect(plan.bitsPerWeight).toBeCloseTo(bits, 2);
  });

  it('mistakes shows the mistakes that its comments name', () => {
    const codes = sample('mistakes.dtype.yaml').findings.map(({ code }) => code);
    expect(codes.sort()).toEqual(
      ['no-match', 'indivisible', 'shadowed', 'unknown-key', 'unknown-dtype', 'fused-differ'].sort(),
    );
  });
});
