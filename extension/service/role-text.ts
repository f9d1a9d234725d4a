import type { Role } from '../core/checkpoint/tensor';

const ROLES: Readonly<Record<Role, string>> = {
  embedding: 'Token embedding',
  head: 'Output head',
  'attention-q': 'Query projection of the attention',
  'attention-k': 'Key projection of the attention',
  'attention-v': 'Value projection of the attention',
  'attention-qkv': 'Query, key and value projections of the attention in one',
  'attention-o': 'Output projection of the attention',
  'mlp-gate': 'Gate projection of the MLP',
  'mlp-up': 'Up projection of the MLP',
  'mlp-gate-up': 'Gate and up projections of the MLP in one',
  'mlp-down': 'Down projection of the MLP',
  router: 'Router of the experts',
  norm: 'Norm',
  bias: 'Bias',
  scale: 'Scale of quantized weights',
  other: 'Tensor of no known role',
};

/** What a tensor does in the model, for people. */
export function describeRole(role: Role): string {
  return ROLES[role];
}
