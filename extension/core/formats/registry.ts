import { bf16 } from './bf16';
import type { NumberFormat } from './format';
import type { FormatTable } from './format-table';
import { fp16 } from './fp16';
import { fp32 } from './fp32';
import { fp8E4m3 } from './fp8-e4m3';
import { fp8E5m2 } from './fp8-e5m2';
import { int4 } from './int4';
import { int8 } from './int8';
import { nf4 } from './nf4';

/** The built-in formats by canonical id, from wide to narrow: the order in which they are offered. */
export const FORMATS: ReadonlyMap<string, NumberFormat> = new Map(
  [fp32, bf16, fp16, fp8E4m3, fp8E5m2, int8, int4, nf4].map((format) => [format.id, format]),
);

const byAlias: ReadonlyMap<string, NumberFormat> = new Map(
  [...FORMATS.values()].flatMap((format) => format.aliases.map((alias) => [alias, format])),
);

/** A format by its canonical id or by an alias, in any letter case. */
export function findFormat(idOrAlias: string): NumberFormat | undefined {
  return BUILT_IN_FORMATS.find(idOrAlias)?.format;
}

/** Canonical ids in the order they should be offered. */
export function formatIds(): readonly string[] {
  return [...FORMATS.keys()];
}

export const BUILT_IN_FORMATS: FormatTable = {
  find(idOrAlias) {
    const canonical = FORMATS.get(idOrAlias);
    if (canonical) return { format: canonical, canonical: true };
    const name = idOrAlias.toLowerCase();
    const format = FORMATS.get(name) ?? byAlias.get(name);
    return format && { format, canonical: false };
  },
  ids: formatIds,
};
