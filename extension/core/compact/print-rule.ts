import { optionsOf } from '../formats/cast-options';
import { defaultCast } from '../formats/default-cast';
import type { Cast, NumberFormat } from '../formats/format';
import { KEEP } from '../policy/read/dtype';
import { OPTION_KEY } from '../policy/read/options';
import { printGranularity, printScaleDtype } from '../policy/read/scale';
import { spell } from '../policy/syntax';
import type { Cover } from './cover';

/** A rule to be written. */
export interface RuleText extends Cover {
  /** Undefined for `keep`. */
  readonly cast: { readonly cast: Cast; readonly format: NumberFormat } | undefined;
  readonly because: string | undefined;
}

/** Lines of a rule in block style, the first with its dash, `indent` spaces before it. */
export function printRule({ match, layers, cast, because }: RuleText, indent: number): readonly string[] {
  const [only, ...more] = match.map((glob) => spell(glob, 'double'));
  const keys = [
    more.length === 0 ? `match: ${only}` : undefined,
    layers === undefined ? undefined : `layers: ${spell(layers, 'double')}`,
    ...castKeys(cast),
    because === undefined ? undefined : `because: ${spell(because, 'plain')}`,
  ].filter((key) => key !== undefined);
  const list = more.length === 0 ? [] : ['match:', ...match.map((glob) => `  - ${spell(glob, 'double')}`)];
  const pad = ' '.repeat(indent);
  return [...list, ...keys].map((line, at) => `${pad}${at === 0 ? '- ' : '  '}${line}`);
}

/** What differs from the format's own defaults. */
function castKeys(cast: RuleText['cast']): readonly string[] {
  if (!cast) return [`dtype: ${KEEP}`];
  const own = defaultCast(cast.format);
  const { scale, scaleDtype, round, overflow } = cast.cast;
  return [
    `dtype: ${cast.format.id}`,
    ...(printGranularity(scale) === printGranularity(own.scale)
      ? []
      : [scale.kind === 'group' ? `group: ${scale.size}` : `scale: ${printGranularity(scale)}`]),
    ...(scaleDtype === own.scaleDtype ? [] : [`scale_dtype: ${printScaleDtype(scaleDtype)}`]),
    ...(round.kind === 'nearest' ? [] : [`round: { stochastic: ${round.seed} }`]),
    ...(overflow === own.overflow ? [] : [`overflow: ${overflow}`]),
    ...optionsOf(cast.cast).map((name) => `${OPTION_KEY[name]}: ${String(cast.cast[name])}`),
  ];
}
