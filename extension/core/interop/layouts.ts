import { defaultCast } from '../formats/default-cast';
import type { Granularity, NumberFormat } from '../formats/format';
import { compressedScheme } from './quantization-config';

/** Scales that are tried, so that a layout is found that needs another one than the default. */
const SCALES: readonly Granularity[] = [
  { kind: 'none' },
  { kind: 'tensor' },
  { kind: 'channel' },
  { kind: 'group', size: 128 },
  { kind: 'block', rows: 128, columns: 128 },
];

/** Formats that are a plain safetensors dtype: any loader reads them without a configuration. */
const PLAIN: ReadonlySet<string> = new Set(['F64', 'F32', 'BF16', 'F16']);

/**
 * On-disk layouts of other programs that can hold the format, for people to read. Empty for a format that only this
 * project writes, described by downcast.json.
 */
export function layoutsOf(format: NumberFormat): readonly string[] {
  const cast = defaultCast(format);
  const scales = [cast.scale, ...SCALES.filter(({ kind }) => format.granularities.includes(kind))];
  const [codes, ...more] = format.parts([256, 256], cast);
  const layouts = new Set<string>();
  if (more.length === 0 && PLAIN.has(codes!.dtype)) layouts.add('safetensors');
  for (const scale of scales) {
    const scheme = compressedScheme({ ...cast, scale });
    if (scheme) layouts.add(`compressed-tensors ${scheme.format}`);
  }
  if (format.flattened) layouts.add('bitsandbytes');
  if (format.family === 'block' && format.source.includes('ggml')) layouts.add('GGUF');
  return [...layouts];
}
