import type { ModelConfig } from '../../checkpoint/model-config';
import type { Activation } from '../ops';
import { Refusal } from './refusal';

type Json = Readonly<Record<string, unknown>>;

/** Reads fields of config.json that only some architectures have. All throw Refusal, naming the field. */
export interface Fields {
  /** A number above 0. Without `missing` it must be there. */
  number(key: string, missing?: number): number;
  /** An integer of 0 or more. */
  whole(key: string, missing: number): number;
  /** A number above 0; undefined when the field is null, `missing` when it is not there at all. */
  optional(key: string, missing?: number): number | undefined;
  flag(key: string, missing: boolean): boolean;
  record(key: string): Json | undefined;
  list(key: string): readonly unknown[] | undefined;
  /** One of those that the kernels know, by its name in transformers. */
  activation(key: string, missing: string): Activation;
}

/** Where configs of several towers keep the language model's part. */
const TEXT_PART = 'text_config';

/** transformers' names (ACT2FN). */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
};

/** The language model's own fields go before those around them. */
export function fieldsOf({ raw }: ModelConfig): Fields {
  const inner = raw[TEXT_PART];
  const all: Json = isRecord(inner) ? { ...raw, ...inner } : raw;
  const at = (key: string): unknown => all[key] ?? undefined;
  const optional = (key: string, missing?: number): number | undefined => {
    const value = at(key);
    if (value === undefined) return key in all ? undefined : missing;
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw new Refusal(`${key} is ${JSON.stringify(value)}, expected a number above 0`);
  };
  return {
    optional,
    number(key, missing) {
      const value = optional(key) ?? missing;
      if (value !== undefined) return value;
      throw new Refusal(`${key} is needed`);
    },
    whole(key, missing) {
      const value = at(key) ?? missing;
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
      throw new Refusal(`${key} is ${JSON.stringify(value)}, expected an integer of 0 or more`);
    },
    flag(key, missing) {
      const value = at(key) ?? missing;
      if (typeof value === 'boolean') return value;
      throw new Refusal(`${key} is ${JSON.stringify(value)}, expected true or false`);
    },
    record(key) {
      const value = at(key);
      return isRecord(value) ? value : undefined;
    },
    list(key) {
      const value = at(key);
      return Array.isArray(value) ? value : undefined;
    },
    activation(key, missing) {
      const value = at(key) ?? missing;
      const known = typeof value === 'string' ? ACTIVATIONS[value] : undefined;
      if (known) return known;
      const names = Object.keys(ACTIVATIONS).join(', ');
      throw new Refusal(`${key} ${JSON.stringify(value)} is not implemented; ${names} are`);
    },
  };
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
