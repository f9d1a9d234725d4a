import type { GgmlBlock } from './block';
import { ggmlFormatId } from './ggml-format';
import { IQ1_M_BLOCK } from './iq1-m';
import { IQ1_S_BLOCK } from './iq1-s';
import { IQ2_S_BLOCK } from './iq2-s';
import { IQ2_XS_BLOCK } from './iq2-xs';
import { IQ2_XXS_BLOCK } from './iq2-xxs';
import { IQ3_S_BLOCK } from './iq3-s';
import { IQ3_XXS_BLOCK } from './iq3-xxs';
import { IQ4_NL_BLOCK } from './iq4-nl';
import { IQ4_XS_BLOCK } from './iq4-xs';
import { MXFP4_BLOCK } from './mxfp4';
import { NVFP4_BLOCK } from './nvfp4';
import { Q1_0_BLOCK } from './q1-0';
import { Q2_K_BLOCK } from './q2-k';
import { Q3_K_BLOCK } from './q3-k';
import { Q4_0_BLOCK } from './q4-0';
import { Q4_1_BLOCK } from './q4-1';
import { Q4_K_BLOCK } from './q4-k';
import { Q5_0_BLOCK } from './q5-0';
import { Q5_1_BLOCK } from './q5-1';
import { Q5_K_BLOCK } from './q5-k';
import { Q6_K_BLOCK } from './q6-k';
import { Q8_0_BLOCK } from './q8-0';
import { Q8_K_BLOCK } from './q8-k';
import { TQ1_0_BLOCK } from './tq1-0';
import { TQ2_0_BLOCK } from './tq2-0';

export type { GgmlBlock };

/** The block types by ggml's name. */
export const BLOCK_TYPES: ReadonlyMap<string, GgmlBlock> = new Map(
  [
    Q8_0_BLOCK,
    Q8_K_BLOCK,
    Q6_K_BLOCK,
    Q5_0_BLOCK,
    Q5_1_BLOCK,
    Q5_K_BLOCK,
    Q4_0_BLOCK,
    Q4_1_BLOCK,
    Q4_K_BLOCK,
    IQ4_NL_BLOCK,
    IQ4_XS_BLOCK,
    MXFP4_BLOCK,
    NVFP4_BLOCK,
    Q3_K_BLOCK,
    IQ3_S_BLOCK,
    IQ3_XXS_BLOCK,
    Q2_K_BLOCK,
    IQ2_S_BLOCK,
    IQ2_XS_BLOCK,
    IQ2_XXS_BLOCK,
    TQ1_0_BLOCK,
    TQ2_0_BLOCK,
    IQ1_M_BLOCK,
    IQ1_S_BLOCK,
    Q1_0_BLOCK,
  ].map((block) => [block.type, block]),
);

const BY_FORMAT: ReadonlyMap<string, GgmlBlock> = new Map(
  [...BLOCK_TYPES.values()].map((block) => [ggmlFormatId(block.type), block]),
);

/** The block type of a number format, by the format's id; undefined for formats that are not ggml's. */
export function formatBlock(id: string): GgmlBlock | undefined {
  return BY_FORMAT.get(id);
}

/** A block type by its name in GGUF files (`Q4_K`); undefined when it is none of ggml's or can't be read. */
export function ggmlBlock(type: string): GgmlBlock | undefined {
  return BLOCK_TYPES.get(type);
}
