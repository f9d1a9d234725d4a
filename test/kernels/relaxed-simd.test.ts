import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hasRelaxedSimd, kernelFile } from '../../extension/kernels/relaxed-simd';

const file = (name: string): URL => new URL(`../../dist/kernels/${name}`, import.meta.url);

test('the relaxed build is chosen just where the engine compiles it', () => {
  expect(kernelFile('model', true)).toBe('model.relaxed.wasm');
  expect(kernelFile('model', false)).toBe('model.wasm');
  for (const name of ['cast', 'model'] as const) {
    expect(existsSync(file(kernelFile(name, true)))).toBe(true);
    expect(WebAssembly.validate(readFileSync(file(kernelFile(name, false))))).toBe(true);
  }
  // The model's relaxed build does use relaxed instructions.
  expect(WebAssembly.validate(readFileSync(file('model.relaxed.wasm')))).toBe(hasRelaxedSimd());
});
