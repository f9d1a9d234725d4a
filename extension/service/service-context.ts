import type { FormatTable } from '../core/formats/format-table';
import type { SyntaxCache } from '../core/policy/syntax-tree';
import type { TensorTree } from '../core/checkpoint/tensor';
import type { MatchCache } from '../core/resolve/match-cache';
import type { Analyses } from './analysis';
import type { FamilyMerge } from './family-merges';
import type { TensorIndex } from './tensor-index';
import type { createTensorPlaces } from './tensor-places';
import type { Workspace } from './workspace';

/** What every feature reads from; made once for a language service. */
export interface ServiceContext {
  readonly workspace: Workspace;
  readonly formats: FormatTable;
  readonly analyses: Analyses;
  readonly matches: MatchCache;
  readonly syntax: SyntaxCache;
  readonly indexOf: (tree: TensorTree) => TensorIndex;
  readonly placesOf: ReturnType<typeof createTensorPlaces>;
  readonly mergesOf: (index: TensorIndex) => readonly FamilyMerge[];
}
