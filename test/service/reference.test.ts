import { describe, expect, it } from 'vitest';
import { resolveReference } from '../../extension/service/reference';

describe('a path in a policy', () => {
  it.each([
    ['file:///home/me/policies/p.dtype.yaml', '../model', 'file:///home/me/model'],
    ['file:///home/me/policies/p.dtype.yaml', '../model/', 'file:///home/me/model'],
    ['file:///home/me/policies/p.dtype.yaml', '..\\models\\tiny', 'file:///home/me/models/tiny'],
    ['file:///home/me/policies/p.dtype.yaml', '/data/model', 'file:///data/model'],
    ['file:///c%3A/home/p.dtype.yaml', 'D:\\models\\tiny', 'file:///d%3A/models/tiny'],
    ['file:///home/me/p.dtype.yaml', 'a model', 'file:///home/me/a%20model'],
    ['file:///home/me/p.dtype.yaml', 'mo\ud83ddel', 'file:///home/me/mo%EF%BF%BDdel'],
    ['vscode-vfs://github/org/repo/p.dtype.yaml', 'model', 'vscode-vfs://github/org/repo/model'],
    ['untitled:Untitled-1', 'model', 'file:///root/model'],
    ['untitled:Untitled-1', '/data/model', 'file:///data/model'],
  ])('of %s, %j, is %s', (policy, written, expected) => {
    expect(resolveReference(policy, written, 'file:///root')).toBe(expected);
  });

  it('of a policy that was never saved has no start when no folder is open', () => {
    expect(resolveReference('untitled:Untitled-1', 'model', undefined)).toBeUndefined();
    expect(resolveReference('untitled:Untitled-1', '/data/model', undefined)).toBe('file:///data/model');
  });
});
