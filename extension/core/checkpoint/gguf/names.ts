import { NAME_TABLES, type Conversion } from './name-tables';

/** What a tensor of a GGUF file is in a Hugging Face checkpoint. */
export type GgufNamed =
  | { readonly conversion: Exclude<Conversion, 'stacked'> | undefined; readonly names: readonly [string] }
  /** One name an expert. */
  | { readonly conversion: 'stacked'; readonly names: readonly string[] };

/** Names of one model family, both ways. */
export interface GgufNames {
  /** Undefined for a name that the family does not have; of one of several experts the stack's name. */
  toGguf(huggingFace: string): string | undefined;
  /** Undefined for what only GGUF files have. `experts` is the size of a stack, at most `MOST_EXPERTS`. */
  toHuggingFace(gguf: string, experts?: number): GgufNamed | undefined;
}

/** Far above what there is; a damaged file must not ask for millions of names. */
const MOST_EXPERTS = 4096;
const LAYER = /(?<=(?:^|\.)(?:blk|layers|h)\.)(\d+)(?=\.)/;
const EXPERT = /(?<=\.experts\.)(\d+)(?=\.)/;
const PARAMETER = /\.(?:weight|bias)$/;

/** Names of a family by its `model_type`; undefined where they are not known. */
export function ggufNames(modelType: string | undefined): GgufNames | undefined {
  const table = NAME_TABLES.get(modelType ?? '');
  if (!table) return undefined;
  const byGguf = new Map(table.map((rule) => [rule.gguf, rule]));
  const byHuggingFace = new Map(table.map((rule) => [rule.huggingFace, rule]));
  return {
    toGguf(huggingFace) {
      const { template, layer, parameter } = split(huggingFace);
      const rule = byHuggingFace.get(template);
      return rule && rule.gguf.replace('{n}', layer) + parameter;
    },
    toHuggingFace(gguf, experts = 1) {
      const { template, layer, parameter } = split(gguf);
      const rule = byGguf.get(template);
      if (!rule) return undefined;
      const name = rule.huggingFace.replace('{n}', layer) + parameter;
      const { conversion } = rule;
      if (conversion !== 'stacked') return { conversion, names: [name] };
      if (experts > MOST_EXPERTS) return undefined;
      return {
        conversion,
        names: Array.from({ length: experts }, (_, expert) => name.replace('{e}', String(expert))),
      };
    },
  };
}

function split(name: string) {
  const parameter = PARAMETER.exec(name)?.[0] ?? '';
  const bare = name.slice(0, name.length - parameter.length);
  const layer = LAYER.exec(bare)?.[0] ?? '';
  return { template: bare.replace(LAYER, '{n}').replace(EXPERT, '{e}'), layer, parameter };
}
