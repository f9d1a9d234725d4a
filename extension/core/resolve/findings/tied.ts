import type { DraftCheck } from '../draft';
import { disagreements } from './agreement';

/** A tied embedding and head with two dtypes: stored twice, or one of them lost when loading. */
export const tied: DraftCheck = (policy, draft) =>
  disagreements(
    'tied',
    ['tied'],
    () => 'embedding and head are tied, so one of the two is lost when loading',
    policy,
    draft,
  );
