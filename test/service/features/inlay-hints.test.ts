import { describe, expect, it } from 'vitest';
import { NEVER_CANCELLED } from '../../../extension/service/cancellation';
import { DEFAULT_SETTINGS, type InlayHintSettings } from '../../../extension/service/settings';
import { edit, memoryWorkspace } from '../editor';

const POLICY = `version: 1
checkpoint: model
default: bf16
rules:
  - match: "**.mlp.*_proj.weight"
    dtype: int4 # small
  - match: "**.up_proj.weight"
    dtype: fp8_e4m3
  - { match: "**.up_proj.weight", dtype: int8 }
`;

/** Hints as they are drawn: the line, then the text before the hint, then the hint. */
async function drawn(policy = POLICY, chosen: Partial<InlayHintSettings> = {}, lines = [0, 99]) {
  const inlayHints = { ...DEFAULT_SETTINGS.inlayHints, ...chosen };
  const workspace = { ...memoryWorkspace(), settings: () => ({ ...DEFAULT_SETTINGS, inlayHints }) };
  const { service, document } = edit(policy, workspace);
  const range = { start: { line: lines[0]!, character: 0 }, end: { line: lines[1]!, character: 0 } };
  const hints = await service.inlayHints(document, range, NEVER_CANCELLED);
  return hints.map(({ position, label }) => {
    const before = document.getText({ start: { line: position.line, character: 0 }, end: position });
    return `${position.line}: ${before.trim()} <${label as string}>`;
  });
}

describe('inlay hints', () => {
  it('say behind each dtype what it does, and at the end what all do together', async () => {
    expect(await drawn()).toEqual([
      '2: default: bf16 <38 tensors, 3.02 MB → 3.02 MB, 16.00 bits>',
      '5: dtype: int4 <12 tensors, 3.15 MB → 811 kB, 4.13 bits>',
      '8: - { match: "**.up_proj.weight", dtype: int8 <6 tensors, 1.57 MB → 799 kB, 8.13 bits>',
      '9:  <all: 7.74 MB → 4.63 MB, 9.57 bits>',
    ]);
  });

  it('say no more than the settings want', async () => {
    expect(await drawn(POLICY, { tensors: false, bytes: false, total: false })).toEqual([
      '2: default: bf16 <16.00 bits>',
      '5: dtype: int4 <4.13 bits>',
      '8: - { match: "**.up_proj.weight", dtype: int8 <8.13 bits>',
    ]);
    expect(await drawn(POLICY, { tensors: false, bytes: false, bits: false, total: false })).toEqual([]);
  });

  it('are those of the lines in view', async () => {
    expect(await drawn(POLICY, {}, [4, 6])).toEqual(['5: dtype: int4 <12 tensors, 3.15 MB → 811 kB, 4.13 bits>']);
  });

  it('are none without a checkpoint', async () => {
    expect(await drawn(POLICY.replace('checkpoint: model\n', ''))).toEqual([]);
  });
});
