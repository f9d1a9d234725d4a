import { TextDocument } from 'vscode-languageserver-textdocument';
import { describe, expect, it } from 'vitest';
import { createCrashMemory } from '../../extension/server/crash-memory';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { NEVER_CANCELLED } from '../../extension/service/cancellation';
import { createLanguageService } from '../../extension/service/language-service';
import { memoryWorkspace } from '../service/editor';

const URI = 'file:///p.dtype.yaml';

function policy(version: number, text = 'default: int8\n'): TextDocument {
  return TextDocument.create(URI, 'dtype-policy', version, text);
}

function memory() {
  const log: string[] = [];
  return { log, answers: createCrashMemory({ error: (line: string) => void log.push(line) }) };
}

describe('an answer that can not be made', () => {
  it('is empty, logged once, and not tried a third time for the same text', async () => {
    const { log, answers } = memory();
    let tries = 0;
    const broken = (): string => {
      tries++;
      throw new Error('out of luck');
    };
    for (let round = 0; round < 4; round++) expect(await answers.answer('hover', policy(1), '', broken)).toBe('');
    expect(tries).toBe(2);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain(`hover of ${URI}: Error: out of luck`);
    expect(await answers.answer('hover', policy(2), '', () => 'text')).toBe('text');
  });

  it('does not keep other questions from being answered', async () => {
    const { answers } = memory();
    const broken = (): never => {
      throw new Error('out of luck');
    };
    await answers.answer('hover', policy(1), '', broken);
    await answers.answer('hover', policy(1), '', broken);
    expect(await answers.answer('symbols', policy(1), '', () => 'text')).toBe('text');
  });

  it('counts failures in a row only, and is tried again after the document was closed', async () => {
    const { answers } = memory();
    let works = false;
    const now = (): string => {
      if (works) return 'text';
      throw new Error('out of luck');
    };
    const ask = () => answers.answer('hover', policy(1), '', now);
    await ask();
    works = true;
    expect(await ask()).toBe('text');
    works = false;
    await ask();
    await ask();
    works = true;
    expect(await ask()).toBe('');
    answers.forget(URI);
    expect(await ask()).toBe('text');
  });
});

describe('a text that the parser breaks on', () => {
  it('is parsed twice and no more, and the service answers about others', async () => {
    let parsed = 0;
    const workspace = memoryWorkspace();
    const formats = {
      ...BUILT_IN_FORMATS,
      find(id: string) {
        if (id !== 'crash') return BUILT_IN_FORMATS.find(id);
        parsed++;
        throw new Error('a fault in the parser');
      },
    };
    const service = createLanguageService(workspace, formats);
    const bad = policy(1, 'default: crash\n');
    const good = TextDocument.create('file:///q.dtype.yaml', 'dtype-policy', 1, 'default: int8\n');
    workspace.open.set(bad.uri, bad).set(good.uri, good);
    for (let round = 0; round < 4; round++) expect(() => service.foldingRanges(bad)).toThrow('a fault in the parser');
    expect(parsed).toBe(2);
    expect(
      (await service.hover(good, { line: 0, character: 10 }, { pictures: false }, NEVER_CANCELLED))?.range,
    ).toBeDefined();
    expect(await service.linkedFiles()).toEqual({ checkpoints: [], policies: [] });
    expect(() => service.foldingRanges(policy(2, 'default: int8\n'))).not.toThrow();
  });
});
