import { ACTIVATION_DTYPES } from '../formats/activation-rounding';

/** A key of the language: what completion offers, hover explains and the JSON Schema repeats. */
export interface KeySpec {
  readonly name: string;
  /** One sentence for hover and completion. */
  readonly summary: string;
  /** Values that can be offered; dtypes, patterns and paths are not listed here. */
  readonly values?: readonly string[];
}

/** How a dtype is stored, as keys of a rule and of a `default` written as a mapping. */
export const CHOICE_KEYS = [
  { name: 'dtype', summary: 'Data type the tensors are stored in, or `keep` to leave every byte as it is.' },
  {
    name: 'group',
    summary: 'Number of elements along the last axis that share one scale: short for `scale: group N`.',
    values: ['32', '64', '128'],
  },
  {
    name: 'scale',
    summary: 'Which elements share one scale: `tensor`, `channel` (one a row), `group N`, `block RxC` or `none`.',
    values: ['tensor', 'channel', 'group 64', 'group 128', 'block 128x128', 'none'],
  },
  {
    name: 'scale_dtype',
    summary: 'How the scales themselves are stored.',
    values: ['fp32', 'bf16', 'fp16', 'fp8_e4m3', 'e8m0'],
  },
  {
    name: 'round',
    summary: '`nearest` (ties to even), or `stochastic` with a seed: `{ stochastic: 7 }`.',
    values: ['nearest', 'stochastic'],
  },
  {
    name: 'overflow',
    summary: 'What a value beyond the largest code becomes: that code (`saturate`), or infinity or NaN (`ieee`).',
    values: ['saturate', 'ieee'],
  },
  {
    name: 'symmetric',
    summary: '`false` gives integers a zero point, so that the codes span min to max instead of -amax to amax.',
    values: ['true', 'false'],
  },
  {
    name: 'narrow',
    summary: '`false` lets symmetric integers use the lowest code too: -8 for int4.',
    values: ['true', 'false'],
  },
  {
    name: 'fit',
    summary: 'How a scale is found: from the largest magnitude (`amax`), or with the least squared error (`mse`).',
    values: ['amax', 'mse'],
  },
  {
    name: 'scale_round',
    summary: 'Power-of-two scales: rounded `down` as OCP MX says, or `up` so that nothing saturates.',
    values: ['down', 'up'],
  },
  {
    name: 'nu',
    summary: 'Degrees of freedom of the Student t distribution that a codebook is made from.',
    values: ['3', '5', '7', '10'],
  },
  {
    name: 'nested',
    summary: '`true` stores the scales in 8 bits, as the double quantization of bitsandbytes does.',
    values: ['true', 'false'],
  },
  {
    name: 'via',
    summary: 'Derive the codes from those of this wider integer, so that one stored tensor serves several widths.',
    values: ['int8'],
  },
  {
    name: 'rotate',
    summary: 'Elements of a Hadamard rotation along the row before the cast, undone at use: a power of two.',
    values: ['16', '32', '64', '128'],
  },
  { name: 'outliers', summary: 'Columns of largest magnitude that stay in 16 bit beside the cast ones.' },
  {
    name: 'activations',
    summary: 'What inputs of these linear layers are rounded to when the policy is evaluated; no byte changes.',
    values: ACTIVATION_DTYPES,
  },
] as const satisfies readonly KeySpec[];

export const RULE_KEYS = [
  { name: 'match', summary: 'Glob or /regular expression/ that the whole tensor name must match, or a list of them.' },
  { name: 'except', summary: 'Patterns of tensors that this rule leaves alone although they match.' },
  { name: 'layers', summary: 'Only these layers: `0`, `2..-3`, `0..3, 8..11`; negatives count from the last.' },
  ...CHOICE_KEYS,
  { name: 'because', summary: 'The reason, for the next reader. Shown wherever the rule is.' },
] as const satisfies readonly KeySpec[];

export const EVALUATE_KEYS = [
  { name: 'text', summary: 'Text file to measure on, relative to this file.' },
  { name: 'context', summary: 'Tokens in one window.', values: ['512', '1024', '2048'] },
  { name: 'windows', summary: 'Number of windows to measure at most.', values: ['8', '32', '128'] },
  {
    name: 'scoring',
    summary: 'Which tokens of a window count: `all`, or only the `second-half`, which has context before it.',
    values: ['all', 'second-half'],
  },
] as const satisfies readonly KeySpec[];

export const BUDGET_KEYS = [
  { name: 'bits_per_weight', summary: 'Most bits a weight may take on average, scales and padding counted.' },
  { name: 'size', summary: 'Most bytes the result may take: `120 MB`, `1.5 GiB`.' },
  { name: 'perplexity', summary: 'Largest rise of perplexity over the unchanged checkpoint: `+1%`.' },
] as const satisfies readonly KeySpec[];

/** One format under `formats:`. */
export const DEFINED_FORMAT_KEYS = [
  { name: 'float', summary: 'A floating point format of at most 16 bits: `{ exponent: 3, mantissa: 4 }`.' },
  { name: 'codebook', summary: 'All values that a code can stand for, up to 256: `[-1, -0.3, 0, 0.3, 1]`.' },
  { name: 'group', summary: 'Elements that share one scale of a codebook, where a rule does not say.', values: ['64'] },
] as const satisfies readonly KeySpec[];

export const FLOAT_KEYS = [
  { name: 'exponent', summary: 'Bits of the exponent, 1 to 8.' },
  { name: 'mantissa', summary: 'Bits of the mantissa, 0 to 14.' },
  {
    name: 'special',
    summary: 'What the highest exponent holds: numbers (`finite`), or infinity and NaN as IEEE 754 has it (`ieee`).',
    values: ['finite', 'ieee'],
  },
] as const satisfies readonly KeySpec[];

export const POLICY_KEYS = [
  { name: 'version', summary: 'Version of the policy language.', values: ['1'] },
  { name: 'extends', summary: 'Another policy whose rules come before the rules of this file.' },
  {
    name: 'checkpoint',
    summary: 'Folder, .safetensors, .safetensors.index.json or .gguf file the policy is for, relative to this file.',
  },
  {
    name: 'target',
    summary: 'Who will load the result.',
    values: ['compressed-tensors', 'bitsandbytes', 'torchao', 'modelopt', 'mlx', 'gguf', 'tt-xla'],
  },
  { name: 'default', summary: 'What tensors get that no rule matches; `keep` when this key is missing.' },
  { name: 'rules', summary: 'Rules in order: the LAST rule that matches a tensor decides its dtype.' },
  {
    name: 'kv_cache',
    summary: 'What keys and values are rounded to when the policy is evaluated; no byte changes.',
    values: ACTIVATION_DTYPES,
  },
  { name: 'formats', summary: 'Formats of your own, usable as dtype.' },
  { name: 'budget', summary: 'Limits that the plan and the evaluation must stay within.' },
  { name: 'evaluate', summary: 'How to measure what the policy costs in quality.' },
] as const satisfies readonly KeySpec[];

export type Target = Extract<(typeof POLICY_KEYS)[number], { name: 'target' }>['values'][number];
