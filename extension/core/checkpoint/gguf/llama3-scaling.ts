/** What every Llama 3 has, so that two figures are left to find. */
const LOW = 1;
const HIGH = 4;
/** Factors come as float32. */
const TOLERANCE = 1e-5;

type Json = Readonly<Record<string, unknown>>;

/**
 * The `rope_scaling` of Llama 3 that comes to these factors of the rotary frequencies, one a pair of elements; undefined
 * when none does. Long waves are stretched by `factor`, short ones not; a factor between the two tells the length of
 * context that the model was made with (llama.cpp, conversion/llama.py, has the way there).
 */
export function llama3Scaling(factors: readonly number[], theta: number): Json | undefined {
  const factor = Math.max(...factors);
  if (!(factor > 1)) return undefined;
  const waves = factors.map((_, at) => 2 * Math.PI * theta ** (at / factors.length));
  const between = factors.findIndex((each) => each > 1 + TOLERANCE && each < factor * (1 - TOLERANCE));
  const original = between < 0 ? 8192 : Math.round(contextOf(factors[between]!, waves[between]!, factor));
  const same = factors.every((each, at) => {
    return Math.abs(each / stretch(waves[at]!, factor, original) - 1) <= TOLERANCE;
  });
  if (!same) return undefined;
  return {
    rope_type: 'llama3',
    factor,
    low_freq_factor: LOW,
    high_freq_factor: HIGH,
    original_max_position_embeddings: original,
  };
}

function stretch(wave: number, factor: number, original: number): number {
  if (wave < original / HIGH) return 1;
  if (wave > original / LOW) return factor;
  const smooth = (original / wave - LOW) / (HIGH - LOW);
  return 1 / ((1 - smooth) / factor + smooth);
}

/** `stretch` solved for the context. */
function contextOf(stretched: number, wave: number, factor: number): number {
  const smooth = (1 / stretched - 1 / factor) / (1 - 1 / factor);
  return wave * (LOW + smooth * (HIGH - LOW));
}
