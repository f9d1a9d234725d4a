import type { Cast, NumberFormat } from './format';

/** The cast a policy gets that names the format and nothing else. */
export function defaultCast({ id, defaultScale, defaultScaleDtype, definition }: NumberFormat): Cast {
  return {
    format: id,
    scale: defaultScale,
    scaleDtype: defaultScaleDtype,
    round: { kind: 'nearest' },
    overflow: 'saturate',
    ...(definition && { definition }),
  };
}
