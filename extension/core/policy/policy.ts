import type { Granularity, Rounding, ScaleDtype } from '../formats/format';
import type { Located, TextRange } from './range';

/** `match:` of a rule as written: a glob, or a `/regular expression/`. Both must match the whole name. */
export interface Pattern {
  readonly kind: 'glob' | 'regex';
  /** As written; for a regex without the slashes. */
  readonly source: string;
  readonly range: TextRange;
}

/** `layers:` of a rule: inclusive ranges, negatives count from the last layer. */
export interface LayerRange {
  readonly from: number;
  readonly to: number;
}

/** What a rule or the default asks for, before a format's own defaults are filled in. */
export interface DtypeChoice {
  /** Canonical format id, or `keep`. */
  readonly dtype: Located<string>;
  readonly scale: Located<Granularity> | undefined;
  readonly scaleDtype: Located<ScaleDtype> | undefined;
  readonly round: Located<Rounding> | undefined;
  readonly overflow: Located<'saturate' | 'ieee'> | undefined;
}

export interface Rule extends DtypeChoice {
  /** Position among the policy's rules, from 0. */
  readonly index: number;
  /** Of the whole rule. */
  readonly range: TextRange;
  readonly match: readonly Pattern[];
  /** Patterns whose tensors the rule leaves alone. */
  readonly except: readonly Pattern[];
  readonly layers: Located<readonly LayerRange[]> | undefined;
  readonly because: string | undefined;
}

/** How to measure, as the policy asks; every value has a default elsewhere. */
export interface EvaluateSettings {
  readonly text: Located<string> | undefined;
  readonly context: number | undefined;
  readonly windows: number | undefined;
  readonly scoring: 'all' | 'second-half' | undefined;
}

/** A parsed policy. Parts that could not be understood are absent; findings say why. */
export interface Policy {
  readonly version: number | undefined;
  /** Path as written, relative to the policy file. */
  readonly checkpoint: Located<string> | undefined;
  /** What tensors get that no rule matches; absent means `keep`. */
  readonly default: DtypeChoice | undefined;
  readonly rules: readonly Rule[];
  readonly evaluate: EvaluateSettings | undefined;
}
