import { expect, test } from 'vitest';
import { sourcePositions } from '../../extension/cli/source-position';

const text = 'version: 1\nrules:\n  - match: "é𝛼*"\n';

test.each([
  ['start of the text', 0, 1, 1],
  ['end of the first line', text.indexOf('\n'), 1, 11],
  ['start of the second', text.indexOf('rules'), 2, 1],
  ['after a character of two UTF-16 units', text.indexOf('*'), 3, 16],
  ['behind the last line end', text.length, 4, 1],
])('%s', (_, offset, line, column) => {
  expect(sourcePositions(text)(offset)).toEqual({ line, column });
});
