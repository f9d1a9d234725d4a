import { defaultCast } from '../core/formats/default-cast';
import type { Granularity, NumberFormat } from '../core/formats/format';
import type { FormatTable } from '../core/formats/format-table';
import { whyNot } from '../core/interop/targets';
import type { Target } from '../core/policy/keys';

/** The usual tensor of a policy. */
const LINEAR = { name: 'model.layers.0.mlp.down_proj.weight', role: 'mlp-down', shape: [4096, 4096] } as const;

const SCALES: readonly Granularity[] = [{ kind: 'tensor' }, { kind: 'channel' }, { kind: 'group', size: 64 }];

/** Whether a loader can store a format on a linear weight, with some scale; without a target everything can be. */
export function storedBy(target: Target | undefined, format: NumberFormat, formats: FormatTable): boolean {
  if (target === undefined) return true;
  const own = defaultCast(format);
  const scales = [own.scale, ...SCALES.filter(({ kind }) => format.granularities.includes(kind))];
  return scales.some((scale) => {
    const cast = { ...own, scale };
    return whyNot(target, LINEAR, cast, [cast], formats) === undefined;
  });
}
