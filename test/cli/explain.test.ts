import path from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../extension/cli/exit-code';
import { downcast, json, root } from './built-command';

const balanced = path.join(root, 'samples/policies/balanced.dtype.yaml');
const mistakes = path.join(root, 'samples/policies/mistakes.dtype.yaml');
const tensor = 'model.layers.2.self_attn.o_proj.weight';

test('explain tells who wins, who is beaten and what is stored', () => {
  const { code, out } = downcast('explain', mistakes, tensor);
  expect(code).toBe(EXIT.fine);
  expect(out).toContain('Rule 4 on line 21 decides: it is the last one that matches.');
  expect(out).toMatch(/line 17, rule 3: matches by `.*` and asks for int8, but a later rule wins/);
  expect(out).toContain('- stored codes: I32 [256, 32]');
  expect(out).toContain('[shadowed]');
});

test('explain lists what must agree, those that differ first', () => {
  const { out } = downcast('explain', mistakes, 'model.layers.0.self_attn.k_proj.weight');
  const [first] = out.split('## Must agree (qkv)\n\n')[1]!.split('\n');
  expect(first).toBe('- model.layers.0.self_attn.q_proj.weight: fp8_e4m3 channel, which DIFFERS');
});

test('explain --json keeps to its schema', () => {
  expect(json('explain', downcast('explain', balanced, tensor, '--json').out)).toMatchObject({
    after: 'int4 group 128',
  });
  expect(json('explain', downcast('explain', balanced, 'model.norm.weight', '--json').out)).toMatchObject({
    rule: null,
    keep: 'asked',
  });
});

test('a tensor that is not there is answered with the nearest names', () => {
  const { code, err } = downcast('explain', balanced, 'model.layers.2.self_attn.o.weight');
  expect(code).toBe(EXIT.wrongUse);
  expect(err).toContain(tensor);
});
