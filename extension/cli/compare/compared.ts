import { optionsOf } from '../../core/formats/cast-options';
import { pairedDifference, type PairedDifference } from '../../core/evaluate/paired';
import { OPTION_KEY } from '../../core/policy/read/options';
import { printGranularity } from '../../core/policy/read/scale';
import type { ComparedFormat } from '../../jobs/compare-formats';
import type { EvaluatedCast } from './evaluate-cast';

/** A format with all that was measured of it. */
export interface Compared extends ComparedFormat {
  readonly evaluated: EvaluatedCast | undefined;
}

/** How a later format differs from an earlier one, by their places in the order. */
export interface Pair extends PairedDifference {
  readonly better: number;
  readonly worse: number;
}

/** Best first: by KL divergence where it was measured, else by error. */
export function bestFirst(formats: readonly Compared[]): readonly Compared[] {
  const cost = ({ evaluated, relativeError }: Compared): number =>
    evaluated?.report.divergence.kl.mean ?? relativeError;
  return formats.toSorted((a, b) => cost(a) - cost(b));
}

/** Every two of them that were scored on the same windows. */
export function allPairs(formats: readonly Compared[]): readonly Pair[] {
  return formats.flatMap(({ evaluated: one }, better) =>
    formats.slice(better + 1).flatMap(({ evaluated: other }, at): readonly Pair[] => {
      if (one?.scores.length !== other?.scores.length || !one || !other) return [];
      return [{ better, worse: better + 1 + at, ...pairedDifference(one.scores, other.scores) }];
    }),
  );
}

/** `sf4 nu=20, group 128`. */
export function comparedLabel({ compared: { format, cast } }: ComparedFormat): string {
  const options = optionsOf(cast).map((name) => ` ${OPTION_KEY[name]}=${String(cast[name])}`);
  const round = cast.round.kind === 'stochastic' ? ' stochastic' : '';
  const scale = cast.scale.kind === 'none' ? '' : `, ${printGranularity(cast.scale)}`;
  return `${format.id}${options.join('')}${round}${scale}`;
}
