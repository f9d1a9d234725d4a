import { it, expect } from 'vitest';
import { edit } from './editor';
import { mixtureTree } from './mixture';
const P = `version: 1\ncheckpoint: model\ndefault: bf16\nrules:\n  - match: ["model.layers.*.mlp.{gate,up}_proj.weight", '/.*norm.*/']\n    layers: "2..-3"   # not\n    dtype: int4\n    group: 96\n    round: { stochastic: 7 }\n  - { match: **.x, dtype: keep }\nbudget: { bits_per_weight: 4.5 }\n`;
it('fuzz', async () => {
  console.log('tensors', mixtureTree().tensors.length);
  let seed = 7;
  const r = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
  const bits = [
    '"',
    "'",
    '[',
    '{',
    ']',
    '}',
    '\n',
    '  ',
    '- ',
    ': ',
    '*',
    '**.',
    '/',
    '\\',
    '&a ',
    '*a',
    '|\u0000'.slice(1),
    '#',
    '\t',
    'match: ',
    'dtype: ',
    'layers: ',
    '\ud83d',
    '---\n',
    '? ',
    '! ',
    '%',
    '>\n  x',
    '|\n'.slice(0, 0) + '| \n'.slice(1),
  ];
  for (let i = 0; i < 1500; i++) {
    let t = P;
    for (let k = 0; k < 1 + r(4); k++) {
      const a = r(t.length);
      t = r(2) ? t.slice(0, a) + t.slice(a + r(20)) : t.slice(0, a) + bits[r(bits.length)]! + t.slice(a);
    }
    t = t.replaceAll('|', '');
    const c = r(t.length + 1);
    const e = edit(t.slice(0, c) + '|' + t.slice(c));
    try {
      await e.completions({ snippets: true });
      await e.hover();
      await e.diagnostics();
      await e.fixes();
      await e.lenses();
      try {
        await e.fixAll();
      } catch (x) {
        if (!String(x).includes('no such action')) throw x;
      }
      const check = (s: ReturnType<typeof e.symbols>) => {
        for (const y of s) {
          const o = (p: { line: number; character: number }) => e.document.offsetAt(p);
          expect(o(y.range.start) <= o(y.selectionRange.start) && o(y.selectionRange.end) <= o(y.range.end)).toBe(true);
          expect(y.name).not.toBe('');
          check(y.children ?? []);
        }
      };
      check(e.symbols());
    } catch (x) {
      console.log(JSON.stringify(t), c);
      throw x;
    }
  }
}, 300000);
