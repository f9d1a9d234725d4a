import { NAME_TABLES, type Conversion } from './name-tables';

/** Where a Hugging Face tensor lies in a GGUF file. */
export interface GgufPlace {
  readonly name: string;
  readonly conversion: Conversion | undefined;
  /** Its number in a stack of experts. */
  readonly expert: number | undefined;
}

/** Names of one model family, both ways. */
export interface GgufNames {
  /** Undefined for a name that the family does not have. */
  toGguf(huggingFace: string): GgufPlace | undefined;
  /** Hugging Face names of a tensor, one an expert for a stack of `experts`; none for what only GGUF files have. */
  toHuggingFace(gguf: string, experts?: number): readonly string[];
}

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
      const { template, layer, expert, parameter } = split(huggingFace);
      const rule = byHuggingFace.get(template);
      if (!rule) return undefined;
      const name = rule.gguf.replace('{n}', layer) + parameter;
      return { name, conversion: rule.conversion, expert: expert === undefined ? undefined : Number(expert) };
    },
    toHuggingFace(gguf, experts = 1) {
      const { template, layer, parameter } = split(gguf);
      const rule = byGguf.get(template);
      if (!rule) return [];
      const name = rule.huggingFace.replace('{n}', layer) + parameter;
      if (rule.conversion !== 'stacked') return [name];
      return Array.from({ length: experts }, (_, expert) => name.replace('{e}', String(expert)));
    },
  };
}

function split(name: string) {
  const parameter = PARAMETER.exec(name)?.[0] ?? '';
  const bare = name.slice(0, name.length - parameter.length);
  const layer = LAYER.exec(bare)?.[0] ?? '';
  const expert = EXPERT.exec(bare)?.[0];
  return { template: bare.replace(LAYER, '{n}').replace(EXPERT, '{e}'), layer, expert, parameter };
}
