import { withDefined } from '../formats/defined-format';
import type { FormatTable } from '../formats/format-table';
import { finding, type Finding } from './finding';
import { parsePolicy, type ParsedPolicy } from './parse';
import type { DtypeChoice, Pattern, Policy, Rule } from './policy';
import type { Located, TextRange } from './range';
import type { SyntaxCache } from './syntax-tree';

/** A policy that another one extends, as it was found. */
export interface BaseText {
  /** Absolute path or URI: what tells one file from another. */
  readonly id: string;
  readonly text: string;
}

/** Finds what `written` names from the policy `from`; rejects with a reason. */
export type ReadBase = (written: string, from: string) => Promise<BaseText>;

/** Policies that one policy builds on at most. */
const MOST_BASES = 16;

interface Base {
  /** As written, for messages. */
  readonly name: string;
  readonly parsed: ParsedPolicy;
}

/**
 * The policy with the rules, the formats and, where it has none of its own, the default of the policies it extends: the
 * rules of the farthest one first, its own last. Whatever comes from elsewhere stands, as far as the text is concerned,
 * at the `extends:` of this policy. `own` is the policy parsed alone; `id` says where it is.
 */
export async function extendPolicy(
  text: string,
  id: string,
  own: ParsedPolicy,
  formats: FormatTable,
  readBase: ReadBase,
  cache?: SyntaxCache,
): Promise<ParsedPolicy> {
  const written = own.policy.extends;
  if (!written) return own;
  const { bases, problem } = await basesOf(written, id, formats, readBase);
  const told = problem === undefined ? [] : [finding('extends', 'error', written.range, problem)];
  const inheritedFormats = bases.flatMap(({ parsed }) => parsed.policy.formats);
  // Names of formats that a base defines are known only now.
  const again = inheritedFormats.length > 0 ? parsePolicy(text, withDefined(formats, inheritedFormats), cache) : own;
  const inherited = [...bases].reverse().flatMap((base) => rulesOf(base, written.range));
  const rules = again.policy.rules.map((rule) => ({ ...rule, index: rule.index + inherited.length }));
  const first = bases.find(({ parsed }) => parsed.policy.default !== undefined);
  const policy: Policy = {
    ...again.policy,
    extends: written,
    default: again.policy.default ?? (first && movedChoice(first.parsed.policy.default!, written.range)),
    formats: [...inheritedFormats, ...again.policy.formats],
    rules: [...inherited.map((rule, index) => ({ ...rule, index })), ...rules],
    inherited: inherited.length,
  };
  return { ...again, policy, findings: [...again.findings, ...told, ...brokenBases(bases, written.range)] };
}

/** The chain of policies, the nearest first, as far as it can be read. */
async function basesOf(
  start: Located<string>,
  id: string,
  formats: FormatTable,
  readBase: ReadBase,
): Promise<{ readonly bases: readonly Base[]; readonly problem: string | undefined }> {
  const bases: Base[] = [];
  const seen = new Set([id]);
  let [name, from]: [string | undefined, string] = [start.value, id];
  while (name !== undefined) {
    if (bases.length >= MOST_BASES) return { bases, problem: `more than ${MOST_BASES} policies extend one another` };
    let base: BaseText;
    try {
      base = await readBase(name, from);
    } catch (error) {
      return { bases, problem: `${name} can't be read: ${error instanceof Error ? error.message : String(error)}` };
    }
    if (seen.has(base.id)) return { bases, problem: `${name} extends this policy in its turn: one of them has to go` };
    seen.add(base.id);
    const parsed = parsePolicy(base.text, formats);
    bases.push({ name, parsed });
    [name, from] = [parsed.policy.extends?.value, base.id];
  }
  return { bases, problem: undefined };
}

/** One finding for each base that has errors of its own. */
function brokenBases(bases: readonly Base[], range: TextRange): readonly Finding[] {
  return bases.flatMap(({ name, parsed }) => {
    // A dtype that a farther base defines looks unknown to the nearer one alone.
    const errors = parsed.findings.filter(({ severity, code }) => severity === 'error' && code !== 'unknown-dtype');
    const [first] = errors;
    if (!first) return [];
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more errors)` : '';
    return [finding('extends', 'error', range, `${name}: ${first.message}${more}`)];
  });
}

function rulesOf({ name, parsed }: Base, at: TextRange): readonly Rule[] {
  return parsed.policy.rules.map((rule) => ({
    ...movedChoice(rule, at),
    index: rule.index,
    range: at,
    indent: undefined,
    match: rule.match.map((pattern) => moved(pattern, at)),
    except: rule.except.map((pattern) => moved(pattern, at)),
    layers: rule.layers && {
      value: rule.layers.value.map((layers) => ({ ...layers, range: at })),
      range: at,
    },
    because: rule.because,
    origin: { file: name, number: rule.index + 1 },
  }));
}

function moved<T extends Located<unknown> | Pattern>(part: T, at: TextRange): T {
  return { ...part, range: at };
}

function movedChoice(choice: DtypeChoice, at: TextRange): DtypeChoice {
  const { dtype, scale, scaleDtype, round, overflow, options, activations } = choice;
  return {
    dtype: dtype && moved(dtype, at),
    scale: scale && moved(scale, at),
    scaleDtype: scaleDtype && moved(scaleDtype, at),
    round: round && moved(round, at),
    overflow: overflow && moved(overflow, at),
    options: options.map((option) => moved(option, at)),
    activations: activations && moved(activations, at),
  };
}
