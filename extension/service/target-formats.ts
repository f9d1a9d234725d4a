import type { Target } from '../core/policy/keys';

/** Plain floats: every loader takes them. */
const PLAIN = /^(fp32|bf16|fp16)$/;

/** Formats that each loader can store, beside the plain ones; by canonical id. See docs/formats.md for the layouts. */
const STORED: Readonly<Record<Target, RegExp>> = {
  'compressed-tensors': /^(fp8_e4m3|int\d+|mxfp4|mxfp8|nvfp4)$/,
  bitsandbytes: /^(nf4|fp4)$/,
  torchao: /^(fp8_e4m3|fp8_e5m2|int\d+|mx.*|nvfp4|nf4)$/,
  modelopt: /^(fp8_e4m3|int\d+|mx.*|nvfp4)$/,
  mlx: /^(int\d+|mxfp4|mxfp8|nvfp4)$/,
  gguf: /^(i?q\d.*|tq\d.*|mxfp4|nvfp4)$/,
  'tt-xla': /^bfp.*$/,
};

/** Whether a loader can store a built-in format as it is; without a target everything can be. */
export function storedBy(target: Target | undefined, id: string): boolean {
  return target === undefined || PLAIN.test(id) || STORED[target].test(id);
}
