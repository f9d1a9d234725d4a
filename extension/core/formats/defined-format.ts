import { codebookFormat } from './codebooks/codebook-format';
import type { FormatDefinition } from './definition';
import { definedLayout, layoutBits } from './floats/float-codes';
import { floatFormat } from './floats/float-format';
import type { NumberFormat } from './format';
import type { FormatTable } from './format-table';

const SOURCE = 'defined in the policy';

/** The number format that a user's definition stands for. */
export function definedFormat(id: string, definition: FormatDefinition): NumberFormat {
  return { ...build(id, definition), definition };
}

function build(id: string, definition: FormatDefinition): NumberFormat {
  if (definition.kind === 'codebook') {
    const { codes, group } = definition;
    const title = `codebook of ${codes.length} values`;
    return codebookFormat({ id, codes, group, title, options: ['fit', 'rotate', 'outliers'], source: SOURCE });
  }
  const { exponent, mantissa, special } = definition;
  const layout = definedLayout(exponent, mantissa, special);
  const bits = layoutBits(layout);
  const storage = ({ 8: 'U8', 16: 'U16' } as const)[bits];
  // Small ones want a scale; those with the range of fp16 and more do without.
  const scaled = bits <= 8;
  return floatFormat({
    id,
    aliases: [],
    title: `${bits}-bit float, 1-${exponent}-${mantissa}, ${special === 'ieee' ? 'IEEE-like' : 'finite'}`,
    layout,
    ...(storage && { storage }),
    packed: storage === undefined,
    granularities: scaled
      ? ['channel', 'tensor', 'group', 'block', 'none']
      : ['none', 'channel', 'tensor', 'group', 'block'],
    defaultScale: { kind: scaled ? 'channel' : 'none' },
    source: SOURCE,
  });
}

/** `base` with the formats that a policy defines, which come last and whose names `base` does not have. */
export function withDefined(
  base: FormatTable,
  defined: readonly { readonly id: string; readonly definition: FormatDefinition }[],
): FormatTable {
  if (defined.length === 0) return base;
  const formats = new Map(defined.map(({ id, definition }) => [id, definedFormat(id, definition)]));
  const byLowerCase = new Map([...formats].map(([id, format]) => [id.toLowerCase(), format]));
  return {
    find(idOrAlias) {
      const canonical = formats.get(idOrAlias);
      if (canonical) return { format: canonical, canonical: true };
      const format = byLowerCase.get(idOrAlias.toLowerCase());
      return format ? { format, canonical: false } : base.find(idOrAlias);
    },
    ids: () => [...base.ids(), ...formats.keys()],
  };
}
