import type { Linear } from '../blocks/linear';
import type { Norm } from '../blocks/norm';
import type { TensorNames } from '../graph';
import type { RequiredTensor, Rows, WeightPart } from '../weights';

/** Declares the tensors that a graph reads, under one prefix of their names, and names the weights cut from them. */
export interface Scope {
  /** Whether the checkpoint has a tensor of that whole name under the prefix. */
  has(name: string): boolean;
  /** The same under a longer prefix. */
  within(prefix: string, layer?: RequiredTensor['layer']): Scope;
  /** NAME.weight [outputs, inputs] and, with `bias`, NAME.bias. */
  linear(name: string, outputs: number, inputs: number, bias?: boolean): Linear;
  /** A table of embeddings, NAME.weight [rows, columns]. */
  table(name: string, rows: number, columns: number): string;
  /** NAME.weight of an RMS norm; `plus` as in WeightPart. */
  rms(name: string, length: number, epsilon: number, plus?: number): Norm;
  /** NAME.weight and NAME.bias. */
  layerNorm(name: string, length: number, epsilon: number): Norm;
  /** Several projections in one tensor: NAME.weight and, with `bias`, NAME.bias, cut into rows. */
  fused<K extends string>(name: string, fused: Fused<K>): Readonly<Record<K, Linear>>;
  /** A tensor that is cut into matrices, by its whole name; gives their names in order. */
  stacked(name: string, shape: readonly number[], rows: readonly Rows[]): readonly string[];
}

export interface Fused<K extends string> {
  readonly outputs: number;
  readonly inputs: number;
  readonly bias: boolean;
  /** Stored as [inputs, outputs]. */
  readonly transposed?: boolean;
  readonly parts: Readonly<Record<K, Rows>>;
}

/** `tensors` grows as a graph is described. */
export function declareInto(
  tensors: RequiredTensor[],
  names: TensorNames,
  prefix: string,
  layer: RequiredTensor['layer'],
): Scope {
  const add = (name: string, shape: readonly number[], parts: readonly WeightPart[]): void => {
    tensors.push({ name: prefix + name, shape, layer, parts });
  };
  const whole = (name: string, shape: readonly number[], change: Omit<WeightPart, 'as'> = {}): string => {
    add(name, shape, [{ as: prefix + name, ...change }]);
    return prefix + name;
  };
  const rms = (name: string, length: number, epsilon: number, plus?: number): Norm => {
    const weight = whole(`${name}.weight`, [length], plus === undefined ? {} : { plus });
    return { kind: 'rms', weight, epsilon };
  };
  return {
    has: (name) => names.has(prefix + name),
    within: (inner, at = layer) => declareInto(tensors, names, prefix + inner, at),
    linear: (name, outputs, inputs, bias = false) => ({
      weight: whole(`${name}.weight`, [outputs, inputs]),
      ...(bias ? { bias: whole(`${name}.bias`, [outputs]) } : {}),
    }),
    table: (name, rows, columns) => whole(`${name}.weight`, [rows, columns]),
    rms,
    layerNorm: (name, length, epsilon) => ({
      kind: 'layer',
      weight: whole(`${name}.weight`, [length]),
      bias: whole(`${name}.bias`, [length]),
      epsilon,
    }),
    fused<K extends string>(name: string, { outputs, inputs, bias, transposed = false, parts }: Fused<K>) {
      const cuts = Object.entries<Rows>(parts);
      const as = (parameter: string, key: string): string => `${prefix}${name}.${parameter}#${key}`;
      add(
        `${name}.weight`,
        transposed ? [inputs, outputs] : [outputs, inputs],
        cuts.map(([key, rows]) => ({ as: as('weight', key), rows, ...(transposed ? { transposed } : {}) })),
      );
      if (bias) {
        const cut = cuts.map(([key, rows]) => ({ as: as('bias', key), rows }));
        add(`${name}.bias`, [outputs], cut);
      }
      const linears = cuts.map(([key]): [string, Linear] => [
        key,
        { weight: as('weight', key), ...(bias ? { bias: as('bias', key) } : {}) },
      ]);
      return Object.fromEntries(linears) as Readonly<Record<K, Linear>>;
    },
    stacked(name, shape, rows) {
      const parts = rows.map((cut, index): WeightPart => ({ as: `${prefix}${name}#${index}`, rows: cut }));
      add(name, shape, parts);
      return parts.map(({ as }) => as);
    },
  };
}
