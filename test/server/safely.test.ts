import { describe, expect, it } from 'vitest';
import { CancellationToken, ResponseError, type RemoteConsole } from 'vscode-languageserver';
import { safely } from '../../extension/server/safely';

function logging(): { readonly console: RemoteConsole; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, console: { error: (line: string) => void lines.push(line) } as unknown as RemoteConsole };
}

describe('a handler', () => {
  it('answers what it found', async () => {
    const { console } = logging();
    expect(await safely('hover', null, CancellationToken.None, console, () => 'text')).toBe('text');
  });

  it('that fails is logged and answers with a neutral value', async () => {
    const { console, lines } = logging();
    const broken = (): never => {
      throw new Error('out of luck');
    };
    expect(await safely('hover', null, CancellationToken.None, console, broken)).toBeNull();
    expect(lines.join()).toContain('hover: Error: out of luck');
  });

  it('that is cancelled before its turn does not run', async () => {
    const { console } = logging();
    let ran = false;
    const answer = await safely('hover', null, CancellationToken.Cancelled, console, () => {
      ran = true;
      return null;
    });
    expect(answer).toBeInstanceOf(ResponseError);
    expect(ran).toBe(false);
  });
});
