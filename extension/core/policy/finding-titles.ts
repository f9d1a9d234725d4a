import type { FindingCode } from './finding';

/** What each code is about, as the heading of its page in docs/rules/ says it. */
export const FINDING_TITLES: Readonly<Record<FindingCode, string>> = {
  syntax: 'The text is not valid YAML',
  'too-large': 'The policy is too large',
  'unknown-key': 'A key that the language does not have',
  'unknown-dtype': 'A dtype that is not known',
  'alias-dtype': 'Another spelling of a dtype',
  'bad-value': 'A value that the key does not take',
  'bad-pattern': 'A pattern that can not be read',
  'duplicate-key': 'A key that is given twice',
  'missing-key': 'Something is missing',
  'not-supported': 'A part of the language that has no effect yet',
  'no-match': 'A pattern that matches nothing',
  'layers-out-of-range': 'Layers that the model does not have',
  shadowed: 'A rule that decides nothing',
  indivisible: 'A group that does not divide the rows',
  'fused-differ': 'Fused projections with different dtypes',
  tied: 'Tied embedding and head with different dtypes',
  fragile: 'A small tensor that much depends on',
  requantize: 'Weights that are quantized already',
  'over-budget': 'The plan takes more than the budget',
  checkpoint: 'The checkpoint can not be opened, or is odd',
};
