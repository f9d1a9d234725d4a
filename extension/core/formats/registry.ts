import { apot4 } from './codebooks/apot4';
import { apot4Sp } from './codebooks/apot4-sp';
import { apot4Sr } from './codebooks/apot4-sr';
import { bf16 } from './floats/bf16';
import { bfp2 } from './block-scaled/bfp2';
import { bfp4 } from './block-scaled/bfp4';
import { bfp8 } from './block-scaled/bfp8';
import { dfp16 } from './integers/dfp16';
import { dfp8 } from './integers/dfp8';
import { e2m1Bnb } from './bitsandbytes/e2m1-bnb';
import { e2m1Ns } from './codebooks/e2m1-ns';
import { e2m1Sp } from './codebooks/e2m1-sp';
import { e2m1Sr } from './codebooks/e2m1-sr';
import type { NumberFormat } from './format';
import type { FormatTable } from './format-table';
import { fp16 } from './floats/fp16';
import { fp32 } from './floats/fp32';
import { fp4E2m1 } from './floats/fp4-e2m1';
import { fp64 } from './floats/fp64';
import { fp6E2m3 } from './floats/fp6-e2m3';
import { fp6E3m2 } from './floats/fp6-e3m2';
import { fp8E4m3 } from './floats/fp8-e4m3';
import { fp8E4m3fnuz } from './floats/fp8-e4m3fnuz';
import { fp8E5m2 } from './floats/fp8-e5m2';
import { fp8E5m2fnuz } from './floats/fp8-e5m2fnuz';
import { iq4Nl } from './ggml/iq4-nl';
import { iq4Xs } from './ggml/iq4-xs';
import { ggmlMxfp4 } from './ggml/mxfp4';
import { ggmlNvfp4 } from './ggml/nvfp4';
import { q2K } from './ggml/q2-k';
import { q3K } from './ggml/q3-k';
import { q40 } from './ggml/q4-0';
import { q41 } from './ggml/q4-1';
import { q4K } from './ggml/q4-k';
import { q50 } from './ggml/q5-0';
import { q51 } from './ggml/q5-1';
import { q5K } from './ggml/q5-k';
import { q6K } from './ggml/q6-k';
import { q80 } from './ggml/q8-0';
import { tq10 } from './ggml/tq1-0';
import { tq20 } from './ggml/tq2-0';
import { int2 } from './integers/int2';
import { int3 } from './integers/int3';
import { int4 } from './integers/int4';
import { int5 } from './integers/int5';
import { int6 } from './integers/int6';
import { int7 } from './integers/int7';
import { int8 } from './integers/int8';
import { log4 } from './codebooks/log4';
import { mxfp4 } from './block-scaled/mxfp4';
import { mxfp6E2m3 } from './block-scaled/mxfp6-e2m3';
import { mxfp6E3m2 } from './block-scaled/mxfp6-e3m2';
import { mxfp8 } from './block-scaled/mxfp8';
import { mxfp8E5m2 } from './block-scaled/mxfp8-e5m2';
import { mxint8 } from './block-scaled/mxint8';
import { nf3 } from './codebooks/nf3';
import { nf4 } from './bitsandbytes/nf4';
import { nvfp4 } from './block-scaled/nvfp4';
import { sf3 } from './codebooks/sf3';
import { sf4 } from './codebooks/sf4';
import { ternary } from './integers/ternary';

/** The built-in formats by canonical id, from wide to narrow: the order in which they are offered. */
export const FORMATS: ReadonlyMap<string, NumberFormat> = new Map(
  [
    fp64,
    fp32,
    bf16,
    fp16,
    dfp16,
    fp8E4m3,
    fp8E5m2,
    fp8E4m3fnuz,
    fp8E5m2fnuz,
    int8,
    dfp8,
    mxfp8,
    mxfp8E5m2,
    mxint8,
    bfp8,
    q80,
    int7,
    mxfp6E2m3,
    mxfp6E3m2,
    fp6E2m3,
    fp6E3m2,
    q6K,
    int6,
    q51,
    q50,
    q5K,
    int5,
    q41,
    q40,
    q4K,
    iq4Nl,
    iq4Xs,
    int4,
    fp4E2m1,
    nf4,
    sf4,
    e2m1Bnb,
    e2m1Sr,
    e2m1Sp,
    e2m1Ns,
    apot4,
    apot4Sr,
    apot4Sp,
    log4,
    nvfp4,
    ggmlNvfp4,
    mxfp4,
    ggmlMxfp4,
    bfp4,
    q3K,
    int3,
    nf3,
    sf3,
    q2K,
    bfp2,
    int2,
    tq20,
    ternary,
    tq10,
  ].map((format) => [format.id, format]),
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
