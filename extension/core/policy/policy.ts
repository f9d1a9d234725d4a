import type { ActivationDtype } from '../formats/activation-rounding';
import type { CastOption, CastOptions } from '../formats/cast-options';
import type { FormatDefinition } from '../formats/definition';
import type { Granularity, Rounding, ScaleDtype } from '../formats/format';
import type { Target } from './keys';
import type { Located, TextRange } from './range';

/** `match:` of a rule as written: a glob, or a `/regular expression/`. Both must match the whole name. */
export interface Pattern {
  readonly kind: 'glob' | 'regex';
  /** As written; for a regex without the slashes. */
  readonly source: string;
  readonly range: TextRange;
  /** The quotes it stands in, for fixes that rewrite it. */
  readonly quotes: 'plain' | 'single' | 'double';
}

/** `layers:` of a rule: inclusive ranges, negatives count from the last layer. */
export interface LayerRange {
  readonly from: number;
  readonly to: number;
  readonly range: TextRange;
}

/** `scale:` as asked, and the key it was written under: `group: 64` is short for `scale: group 64`. */
export interface ScaleChoice extends Located<Granularity> {
  readonly key: 'scale' | 'group';
}

/** An option of the cast as asked. */
export type CastOptionChoice = {
  readonly [O in CastOption]: Located<NonNullable<CastOptions[O]>> & { readonly name: O };
}[CastOption];

/** What a rule or the default asks for, before a format's own defaults are filled in. */
export interface DtypeChoice {
  /** Canonical format id, or `keep`. Undefined when missing or unknown: such a rule wins, and casts nothing. */
  readonly dtype: Located<string> | undefined;
  /** From `scale:` or `group:`; undefined too when the format takes no such scale. */
  readonly scale: ScaleChoice | undefined;
  readonly scaleDtype: Located<ScaleDtype> | undefined;
  readonly round: Located<Rounding> | undefined;
  readonly overflow: Located<'saturate' | 'ieee'> | undefined;
  /** Further keys, those that the format takes. */
  readonly options: readonly CastOptionChoice[];
  /** What inputs of the linear layers are rounded to when the policy is evaluated. */
  readonly activations: Located<ActivationDtype> | undefined;
}

/** Where a rule comes from that stands in another file. */
export interface RuleOrigin {
  /** As `extends:` names it. */
  readonly file: string;
  /** In that file, from 1. */
  readonly number: number;
}

export interface Rule extends DtypeChoice {
  /** Position among the policy's rules as written, broken ones counted, from 0. */
  readonly index: number;
  /** Of the whole rule, without the dash. */
  readonly range: TextRange;
  /** Column of its keys, for fixes that add a line; undefined for a rule in braces. */
  readonly indent: number | undefined;
  readonly match: readonly Pattern[];
  /** Patterns whose tensors the rule leaves alone. */
  readonly except: readonly Pattern[];
  readonly layers: Located<readonly LayerRange[]> | undefined;
  readonly because: string | undefined;
  /** Absent for a rule of this file. */
  readonly origin?: RuleOrigin;
}

/** A format of `formats:`, usable as a dtype of this policy. */
export interface DefinedFormat {
  readonly id: string;
  readonly definition: FormatDefinition;
}

/** How to measure, as the policy asks; every value has a default elsewhere. */
export interface EvaluateSettings {
  readonly text: Located<string> | undefined;
  readonly context: number | undefined;
  readonly windows: number | undefined;
  readonly scoring: 'all' | 'second-half' | undefined;
}

/** Limits the author set; all that are given must hold. */
export interface Budget {
  readonly bitsPerWeight: Located<number> | undefined;
  /** In bytes. */
  readonly size: Located<number> | undefined;
  /** Largest relative rise of perplexity: 0.01 for `+1%`. Checked when the policy is evaluated. */
  readonly perplexity: Located<number> | undefined;
}

/** A parsed policy. Parts that could not be understood are absent; findings say why. */
export interface Policy {
  readonly version: number | undefined;
  /** Path as written of the policy that it builds on. */
  readonly extends: Located<string> | undefined;
  /** Path as written, relative to the policy file. */
  readonly checkpoint: Located<string> | undefined;
  readonly target: Located<Target> | undefined;
  /** What tensors get that no rule matches; absent means `keep`. */
  readonly default: DtypeChoice | undefined;
  readonly rules: readonly Rule[];
  /** How many of the rules, the first ones, come from the policies that it extends. */
  readonly inherited: number;
  /** The user's own formats, those that can be used. */
  readonly formats: readonly DefinedFormat[];
  /** What keys and values are rounded to when the policy is evaluated. */
  readonly kvCache: Located<ActivationDtype> | undefined;
  readonly budget: Budget | undefined;
  readonly evaluate: EvaluateSettings | undefined;
}
