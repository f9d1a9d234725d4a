import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FORMATS } from '../../../extension/core/formats/registry';
import { formatsDocument } from '../../../extension/core/interop/formats-document';
import { layoutsOf } from '../../../extension/core/interop/layouts';

test('docs/formats.md is what the code says: npm run generate', () => {
  const page = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
  expect(page).toBe(formatsDocument([...FORMATS.values()]));
});

test('layouts of other programs', () => {
  const layouts = (id: string): readonly string[] => layoutsOf(FORMATS.get(id)!);
  expect(layouts('bf16')).toEqual(['safetensors']);
  expect(layouts('int8')).toEqual(['compressed-tensors int-quantized']);
  expect(layouts('nf4')).toEqual(['bitsandbytes']);
  expect(layouts('fp8_e5m2')).toEqual([]);
});
