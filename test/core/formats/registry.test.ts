import { expect, test } from 'vitest';
import { constantPart } from '../../../extension/core/formats/constant-part';
import { BUILT_IN_FORMATS, FORMATS, findFormat, formatIds } from '../../../extension/core/formats/registry';
import { rowUnit } from '../../../extension/core/formats/row-unit';
import { storedName } from '../../../extension/core/interop/stored-names';
import { castOf, group } from './casts';

test('formats are found by id and alias, in any letter case', () => {
  const bits = formatIds().map((id) => findFormat(id)!.bits);
  expect(bits).toEqual([...bits].sort((a, b) => b - a));
  expect(findFormat('BF16')?.id).toBe('bf16');
  expect(findFormat('torch.float8_e4m3fn')?.id).toBe('fp8_e4m3');
  expect(findFormat('F8_E5M2')?.id).toBe('fp8_e5m2');
  expect(findFormat('int9')).toBeUndefined();
  expect(BUILT_IN_FORMATS.find('bf16')?.canonical).toBe(true);
  expect(BUILT_IN_FORMATS.find('bfloat16')?.canonical).toBe(false);
});

test('no alias stands for two formats', () => {
  const names = [...FORMATS.values()].flatMap(({ id, aliases }) => [id, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toBe(name.toLowerCase());
});

test('each format describes itself consistently', () => {
  for (const [id, format] of FORMATS) {
    expect(format.id).toBe(id);
    expect(format.granularities).toContain(format.defaultScale.kind);
    if (!format.codePoints) continue;
    expect(format.codePoints.at(-1)).toBe(format.largest);
    expect(format.codePoints.length).toBeLessThanOrEqual(2 ** format.bits);
    expect(format.codePoints).toEqual([...format.codePoints].sort((a, b) => a - b));
  }
});

const TENSOR = { shape: [3, 300], dtype: 'F32', range: { min: 0, max: 0, amax: 0 } } as const;

test('constant parts', () => {
  expect([...constantPart(castOf('int4'), 'shape', TENSOR)!]).toEqual([
    3, 0, 0, 0, 0, 0, 0, 0, 44, 1, 0, 0, 0, 0, 0, 0,
  ]);
  expect(constantPart(castOf('int4'), 'codes', TENSOR)).toBeUndefined();
  expect(constantPart(castOf('int8'), 'scale', TENSOR)).toBeUndefined();
});

test('runs of rows may be cut anywhere, but for formats that flatten', () => {
  expect(rowUnit(castOf('int4'), 100)).toBe(1);
  expect(rowUnit(castOf('nf4'), 128)).toBe(1);
  expect(rowUnit(castOf('nf4'), 96)).toBe(2);
  expect(rowUnit(castOf('nf4'), 51)).toBe(64);
  expect(rowUnit(castOf('nf4', { scale: group(5) }), 15)).toBe(2);
});

test('stored parts are named as their loaders name them', () => {
  const name = 'model.layers.0.mlp.up_proj.weight';
  expect(storedName(name, FORMATS.get('bf16')!, 'codes')).toBe(name);
  expect(storedName(name, FORMATS.get('fp8_e4m3')!, 'codes')).toBe(name);
  expect(storedName(name, FORMATS.get('fp8_e4m3')!, 'scale')).toBe(`${name}_scale`);
  expect(storedName(name, FORMATS.get('int4')!, 'codes')).toBe(`${name}_packed`);
  expect(storedName(name, FORMATS.get('int4')!, 'shape')).toBe(`${name}_shape`);
  expect(storedName(name, FORMATS.get('nf4')!, 'codes')).toBe(name);
  expect(storedName(name, FORMATS.get('nf4')!, 'scale')).toBe(`${name}.absmax`);
  expect(storedName(name, FORMATS.get('nf4')!, 'codebook')).toBe(`${name}.quant_map`);
  expect(storedName(name, FORMATS.get('nf4')!, 'state')).toBe(`${name}.quant_state.bitsandbytes__nf4`);
  expect(storedName('experts.up_proj', FORMATS.get('int4')!, 'codes')).toBe('experts.up_proj_packed');
});
