import type { Fields } from './fields';
import { Refusal } from './refusal';

/** Refuses Gemmas whose tokens see those behind them (embedding models): they predict no next token. */
export function causalOnly(fields: Fields): void {
  if (fields.flag('use_bidirectional_attention', false)) {
    throw new Refusal('use_bidirectional_attention is not implemented');
  }
}
