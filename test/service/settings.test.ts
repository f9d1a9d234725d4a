import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, readSettings } from '../../extension/service/settings';

describe('settings', () => {
  it.each([[undefined], [null], ['off'], [{}], [{ inlayHints: 7, findings: null }]])(
    'of %j are the usual ones',
    (sent) => {
      expect(readSettings(sent)).toEqual({ ...DEFAULT_SETTINGS, problems: [] });
    },
  );

  it('are taken as far as they can be read', () => {
    const read = readSettings({ inlayHints: { tensors: false, bits: 'no' }, findings: { tied: 'off', fragile: 'x' } });
    expect(read.inlayHints).toEqual({ tensors: false, bytes: true, bits: true, total: true });
    expect(read.findings).toEqual({ tied: 'off' });
    expect(read.problems).toHaveLength(1);
  });
});
