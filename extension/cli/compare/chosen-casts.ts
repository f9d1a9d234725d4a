import { comparableCast, type ComparableCast } from '../../core/analysis/comparable-casts';
import { bitsPerWeight } from '../../core/formats/bits-per-weight';
import { BUILT_IN_FORMATS, FORMATS } from '../../core/formats/registry';
import { parsePolicy } from '../../core/policy/parse';
import { castOf } from '../../core/resolve/treatment';
import { CommandError, EXIT } from '../exit-code';
import { requireFormat } from '../require-format';

/** What `--formats`, `--bits` and `--group` choose. */
export interface Choice {
  readonly formats?: string;
  readonly bits: number;
  readonly group: number;
}

/**
 * The casts to compare: all formats of a width, or those of a list such as `nf4,sf4:nu=20,int4:fit=mse:scale=channel`:
 * ids with commas, each with keys of a rule after colons. Scales are by the common group where a key says nothing else.
 */
export function chosenCasts({ formats, bits, group }: Choice): readonly ComparableCast[] {
  if (formats !== undefined) return formats.split(',').map((text) => castFrom(text.trim(), group));
  const chosen = [...FORMATS.values()].filter((format) => Math.round(format.bits) === bits);
  if (chosen.length === 0) throw new CommandError(`no format has codes of ${bits} bits`, EXIT.wrongUse);
  return chosen.map((format) => comparableCast(format, group));
}

function castFrom(text: string, group: number): ComparableCast {
  const [id, ...settings] = text.split(':').map((part) => part.trim());
  const format = requireFormat(id!);
  const common = comparableCast(format, group);
  if (settings.length === 0) return common;
  const keys = settings.map((setting) => keyOf(setting, text));
  const scaled = keys.some(([name]) => name === 'scale' || name === 'group');
  const { scale } = common.cast;
  const own = scaled || scale.kind !== 'group' ? [] : [['group', String(scale.size)] as const];
  const choice = [['dtype', format.id] as const, ...own, ...keys].map(([name, value]) => `${name}: ${value}`);
  const { policy, findings } = parsePolicy(`{ version: 1, default: { ${choice.join(', ')} } }`, BUILT_IN_FORMATS);
  const asked = castOf(policy.default, BUILT_IN_FORMATS);
  const wrong = findings.find(({ severity }) => severity === 'error');
  if (wrong || !asked) {
    throw new CommandError(`--formats: "${text}": ${wrong?.message ?? 'it names no number format'}`, EXIT.wrongUse);
  }
  return { ...asked, bitsPerWeight: bitsPerWeight(asked.format, asked.cast) };
}

/** `nu=20`, `round=stochastic`, `scale=block 128x128`: what a rule would say, with nothing that means more in YAML. */
function keyOf(setting: string, text: string): readonly [string, string] {
  const [, name, value] = /^(\w+)=([\w. -]+)$/.exec(setting) ?? [];
  if (name !== undefined && value !== undefined && name !== 'dtype') return [name, value];
  throw new CommandError(`--formats: "${text}": expected keys of a rule after colons, as in sf4:nu=20`, EXIT.wrongUse);
}
