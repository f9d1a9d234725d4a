/** Random choices that are the same in every run (mulberry32). */
function createRandom(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const PROJECTIONS = ['gate_proj', 'up_proj', 'down_proj', '{gate,up}_proj', '*_proj'];
const ATTENTION = ['q_a_proj', 'q_b_proj', 'kv_b_proj', 'o_proj', '{q,kv}_b_proj'];

/** Patterns that people write for such a checkpoint: globs of every kind, one in ten a regular expression. */
function pattern(pick) {
  const layer = pick(62);
  switch (pick(10)) {
    case 0:
      return `/model\\\\.layers\\\\.(${layer}|${pick(62)})\\\\.mlp\\\\..*${PROJECTIONS[pick(3)]}\\\\.weight/`;
    case 1:
      return `model.layers.{${pick(30)}..${30 + pick(30)}}.mlp.experts.*.${PROJECTIONS[pick(5)]}.weight`;
    case 2:
      return `**.experts.[0-${1 + pick(9)}]*.${PROJECTIONS[pick(5)]}.weight`;
    case 3:
      return `model.layers.${layer}.mlp.experts.${pick(256)}.${PROJECTIONS[pick(3)]}.weight`;
    case 4:
      return `**.shared_experts.${PROJECTIONS[pick(5)]}.weight`;
    case 5:
    case 6:
      return `model.layers.${layer}.self_attn.${ATTENTION[pick(5)]}.weight`;
    default:
      return `model.layers.${layer}.mlp.experts.*.${PROJECTIONS[pick(5)]}.weight`;
  }
}

const DTYPES = ['int4', 'int8', 'keep', 'bf16', 'fp8_e4m3', 'nf4'];

/** A policy of `rules` rules, four lines each. */
export function writePolicy(rules, checkpoint, seed) {
  const pick = createRandom(seed);
  const written = Array.from({ length: rules }, (_, at) => {
    const dtype = DTYPES[pick(DTYPES.length)];
    const scale = dtype === 'int4' ? '    group: 64\n' : dtype === 'int8' ? '    scale: channel\n' : '';
    return `  - match: "${pattern(pick)}"\n    dtype: ${dtype}\n${scale}    because: reason number ${at} of the author\n`;
  });
  return `version: 1\ncheckpoint: ${checkpoint}\ndefault: keep\nrules:\n${written.join('')}`;
}

/**
 * A person at work in a policy: goes to a rule, takes back what stands in its pattern, its dtype or its reason key by key,
 * and types something else. `next()` makes the keystroke in the text and says what an editor would send.
 */
export function createTypist(initial, seed) {
  const pick = createRandom(seed);
  let text = initial;
  let at = 0;
  let left = 0;
  let ahead = '';
  const choose = () => {
    const line = /^ {2}- match: "(.*)"$|^ {4}dtype: (\w+)$|^ {4}because: (.*)$/gm;
    const lines = [...text.matchAll(line)];
    const chosen = lines[pick(lines.length)];
    const [, match, dtype] = chosen;
    at = chosen.index + chosen[0].length - (match === undefined ? 0 : 1);
    left = Math.min(12, (match ?? dtype ?? chosen[3]).length);
    const wanted =
      match !== undefined ? pattern(pick) : dtype !== undefined ? DTYPES[pick(DTYPES.length)] : 'a better one';
    if (match !== undefined) left = match.length;
    if (dtype !== undefined) left = dtype.length;
    ahead = wanted;
  };
  const positionAt = (offset) => {
    const before = text.slice(0, offset);
    return { line: before.split('\n').length - 1, character: offset - before.lastIndexOf('\n') - 1 };
  };
  return {
    get text() {
      return text;
    },
    /** Where the cursor is. */
    cursor: () => positionAt(at),
    next() {
      if (left === 0 && ahead === '') choose();
      const typed = left > 0 ? '' : ahead[0];
      const start = left > 0 ? at - 1 : at;
      const range = { start: positionAt(start), end: positionAt(at) };
      text = text.slice(0, start) + typed + text.slice(at);
      if (left > 0) left--;
      else ahead = ahead.slice(1);
      at = start + typed.length;
      return { range, text: typed };
    },
    /** A word of some rule to point at: its pattern or its dtype. */
    target() {
      const words = [...text.matchAll(/(?<=match: ")[^"\n]{4,}|(?<=dtype: )\w+/g)];
      return positionAt(words[pick(words.length)].index + 2);
    },
  };
}
