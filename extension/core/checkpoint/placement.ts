/** Where a tensor name stands: its numbers taken out, what is left names its place in a layer. */
export interface Placement {
  readonly layer: number | undefined;
  readonly expert: number | undefined;
  /** What stands before the layer number: `model.layers`, `visual.blocks`; empty outside layers. */
  readonly tower: string;
  /** The name behind the layer number without the expert's number; outside layers the whole name. */
  readonly inner: string;
}

/** Folders that Transformers, GGUF and others number layers in: `layers.3`, `h.3`, `blk.3`, `encoder.layer.3`. */
const LAYER = /(?:^|\.)(?:layers|h|blk|blocks?|layer|resblocks|mtp_layers)\.(0|[1-9]\d{0,3})(?=\.|$)/;
/** `experts.7`; Switch writes `experts.expert_7`. */
const EXPERT = /((?:^|\.)experts?)\.(?:expert_)?(0|[1-9]\d{0,5})(?=\.|$)/;

/**
 * Splits a tensor name into tower, layer, expert and the rest. The first numbered folder is the layer; numbers
 * of five digits and more are none, so that no name can ask for a table of a billion rows.
 */
export function placeName(name: string): Placement {
  const match = LAYER.exec(name);
  if (!match) return { layer: undefined, expert: undefined, tower: '', inner: name };
  const number = match[1]!;
  const behind = match.index + match[0].length;
  const rest = name.slice(behind + 1);
  const expert = rest.includes('expert') ? EXPERT.exec(rest) : null;
  return {
    layer: Number(number),
    expert: expert ? Number(expert[2]) : undefined,
    tower: name.slice(0, behind - number.length - 1),
    inner: expert ? rest.slice(0, expert.index) + expert[1]! + rest.slice(expert.index + expert[0].length) : rest,
  };
}
