import { describe, expect, test } from 'vitest';
import { candidateFiles, chooseFile } from '../../../extension/core/checkpoint/choose-file';

describe('a folder with GGUF files', () => {
  test.each<[string, readonly string[], string]>([
    ['the only one', ['model-Q4_K_M.gguf', 'README.md'], 'model-Q4_K_M.gguf'],
    ['the first part of a split one', ['m-00002-of-00002.gguf', 'm-00001-of-00002.gguf'], 'm-00001-of-00002.gguf'],
    ['not the projector of images beside it', ['mmproj-model-f16.gguf', 'model-Q8_0.gguf'], 'model-Q8_0.gguf'],
    ['safetensors before it', ['model-Q8_0.gguf', 'model.safetensors'], 'model.safetensors'],
  ])('%s is opened', (_, names, chosen) => {
    expect(chooseFile('folder', names)).toBe(chosen);
  });

  test('of several models says so, and offers each once', () => {
    const names = ['b-Q8_0.gguf', 'a-00001-of-00002.gguf', 'a-00002-of-00002.gguf', 'mmproj.gguf'];
    expect(() => chooseFile('folder', names)).toThrow(
      'folder: found a-00001-of-00002.gguf, b-Q8_0.gguf; name one of the files as the checkpoint',
    );
    expect(candidateFiles(names)).toEqual(['a-00001-of-00002.gguf', 'b-Q8_0.gguf']);
  });

  test('takes any file that was named', () => {
    expect(chooseFile('folder', [], 'mmproj.gguf')).toBe('mmproj.gguf');
  });
});

test('of several safetensors files each may be chosen', () => {
  expect(candidateFiles(['b.safetensors', 'a.safetensors', 'c.gguf'])).toEqual(['a.safetensors', 'b.safetensors']);
});
