import type { StorageDtype } from '../../../extension/core/checkpoint/storage-dtype';
import type { TensorTree } from '../../../extension/core/checkpoint/tensor';
import type { Random } from '../policy/random';
import { treeOf, type TensorRow } from './model-names';

const HEADS = ['model.layers', 'layers', 'h', 'model.visual.blocks', 'x'];
const MODULES = [
  'mlp.up_proj',
  'mlp.gate_proj',
  'mlp.experts.#.down_proj',
  'mlp.experts.#.up_proj',
  'self_attn.q_proj',
];
const MORE = ['self_attn.k_proj', 'norm', 'embed', 'experts.expert_#.w1', '7.a', 'q.#.#'];
const ENDS = ['.weight', '.bias', '.weight_scale_inv', '', '.0'];
const DTYPES: readonly StorageDtype[] = ['BF16', 'F32', 'F8_E4M3', 'I32', 'BF16'];
const SHAPES: readonly (readonly number[])[] = [[256], [64, 256], [96, 192], [4, 8, 128], []];

const any = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)]!;
const numbered = (random: Random, text: string, most: number): string =>
  text.replaceAll('#', () => any(random, ['', '', '', '0']) + String(random.integer(most)));

/** A small tree with names that share templates, and some that share none. */
export function randomTree(random: Random): TensorTree {
  const rows = new Map<string, TensorRow>();
  for (let count = 5 + random.integer(120); count > 0; count--) {
    const layer = random.integer(6) === 0 ? '' : `${any(random, HEADS)}.${random.integer(13)}.`;
    const name = numbered(random, `${layer}${any(random, [...MODULES, ...MORE])}${any(random, ENDS)}`, 130);
    rows.set(name, [name, any(random, SHAPES), any(random, DTYPES)]);
  }
  return treeOf([...rows.values()], random.integer(2) === 0);
}

const GLOBS = [
  '**',
  '*',
  '**.weight',
  '**.mlp.**',
  '*.layers.*.mlp.*_proj.weight',
  'model.layers.{0..4}.**',
  '**.{1,2}.*',
];
const MORE_GLOBS = [
  '**.experts.[0-4].*.weight',
  '**.experts.1?.**',
  'h.[!3].norm.*',
  '**.*[02468].**',
  '**.q_proj.*',
  '**.1*.**',
];
const REGEXES = [
  '.*',
  '.*experts\\.\\d+\\..*',
  '.*\\.[0-3]\\..*',
  '.*(1|27)\\..*weight',
  '[^0-9]*',
  '.*\\d{2}.*',
  '(?:[a-z.]|7)+',
];

function randomPattern(random: Random, { tensors }: TensorTree): string {
  switch (random.integer(4)) {
    case 0: {
      // A name of the tree with some of its segments as stars.
      const segments = any(random, tensors).name.split('.');
      return JSON.stringify(segments.map((segment) => (random.integer(3) === 0 ? '*' : segment)).join('.'));
    }
    case 1:
      return JSON.stringify(`/${any(random, REGEXES)}/`);
    default:
      return JSON.stringify(any(random, [...GLOBS, ...MORE_GLOBS]));
  }
}

const CHOICES = ['keep', 'int8', 'int4, group: 32', 'int4, group: 96', 'nf4', 'fp8_e4m3', 'bf16', 'fp16', 'int44'];

function randomRule(random: Random, tree: TensorTree): string {
  const list = (most: number): string =>
    `[${Array.from({ length: 1 + random.integer(most) }, () => randomPattern(random, tree)).join(', ')}]`;
  const bound = (): number => random.integer(16) - 4;
  const except = random.integer(4) === 0 ? `, except: ${list(2)}` : '';
  const layers = random.integer(4) === 0 ? `, layers: "${bound()}..${bound()}, ${bound()}"` : '';
  return `  - { match: ${list(3)}${except}${layers}, dtype: ${any(random, CHOICES)} }`;
}

/** Rules, one a line. */
export function randomRules(random: Random, tree: TensorTree): string[] {
  return Array.from({ length: 1 + random.integer(12) }, () => randomRule(random, tree));
}

/** The rules after one more edit: a rule put in, taken out, written anew or moved. */
export function editedRules(rules: readonly string[], random: Random, tree: TensorTree): string[] {
  const at = random.integer(rules.length);
  switch (random.integer(4)) {
    case 0:
      return rules.toSpliced(at, 0, randomRule(random, tree));
    case 1:
      return rules.length > 1 ? rules.toSpliced(at, 1) : [...rules];
    case 2:
      return [...rules.toSpliced(at, 1), rules[at]!];
    default:
      return rules.with(at, randomRule(random, tree));
  }
}

export function policyText(rules: readonly string[], fallback: string | undefined): string {
  const head = fallback === undefined ? 'version: 1' : `version: 1\ndefault: ${fallback}`;
  return `${head}\nrules:\n${rules.join('\n')}\n`;
}
