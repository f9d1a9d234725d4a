import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../extension/cli/exit-code';
import { downcast, interrupted, root } from './built-command';

const balanced = path.join(root, 'samples/policies/balanced.dtype.yaml');
const sample = path.join(root, 'samples/tiny-sotu');

// Ctrl-C sends SIGINT; batch systems send SIGTERM.
test.each(['SIGINT', 'SIGTERM'] as const)('%s stops an evaluation in order', async (signal) => {
  const cache = mkdtempSync(path.join(tmpdir(), 'downcast-cancel-'));
  try {
    const underWay = (): boolean => existsSync(cache) && readdirSync(cache).length > 0;
    const { code, err } = await interrupted(signal, underWay, 'eval', balanced, '--cache', cache);
    expect(err).toContain('stopping ...');
    expect(code).toBe(EXIT.cancelled);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

test('much work at once does not make the engine warn of leaks', () => {
  const { code, err } = downcast('compare-formats', sample, '--sample', '1024');
  expect(err).toBe('');
  expect(code).toBe(EXIT.fine);
});
