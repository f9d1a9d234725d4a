import { allPairs, comparedLabel, type Compared } from './compared';

/** Shape of `--json`: schemas/compare-formats.schema.json. */
export function comparedJson(checkpoint: string, group: number, formats: readonly Compared[]): object {
  return {
    kind: 'compare-formats',
    version: 1,
    checkpoint,
    group,
    formats: formats.map((each) => ({
      label: comparedLabel(each),
      format: each.compared.format.id,
      cast: each.compared.cast,
      bitsPerWeight: each.bitsPerWeight,
      relativeError: each.relativeError,
      // Infinity is no JSON: a cast without error has no ratio.
      sqnr: Number.isFinite(each.sqnr) ? each.sqnr : null,
      wasserstein: each.wasserstein,
      left: each.left,
      evaluation: each.evaluated?.report ?? null,
    })),
    pairs: allPairs(formats),
  };
}
