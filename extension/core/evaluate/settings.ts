import type { ModelConfig } from '../checkpoint/model-config';
import type { Policy } from '../policy/policy';
import type { Scoring } from './report';

/** How to measure, all defaults filled in. */
export interface EvaluationSettings {
  /** Tokens a window. */
  readonly context: number;
  /** Windows at most. */
  readonly windows: number;
  readonly scoring: Scoring;
}

const CONTEXT = 512;
const WINDOWS = 32;

/**
 * What the caller asked for, else what the policy says, else the defaults: windows of 512 tokens or of the model's
 * own limit if that is less, 32 of them, every token scored. Throws when the context is beyond the model's limit.
 */
export function evaluationSettings(
  policy: Policy,
  config: ModelConfig | undefined,
  asked: Partial<EvaluationSettings> = {},
): EvaluationSettings {
  const limit = config?.max_position_embeddings ?? Infinity;
  const context = asked.context ?? policy.evaluate?.context ?? Math.min(CONTEXT, limit);
  if (context > limit) {
    throw new Error(
      `a context of ${context} tokens is more than the ${limit} this model was made for; use at most that`,
    );
  }
  if (context < 2) throw new Error('a context needs at least 2 tokens: one to see and one to predict');
  return {
    context,
    windows: asked.windows ?? policy.evaluate?.windows ?? WINDOWS,
    scoring: asked.scoring ?? policy.evaluate?.scoring ?? 'all',
  };
}
