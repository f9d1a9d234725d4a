/** A column's label: the module's own name, and the parent it shares with its neighbours. */
export interface ColumnLabel {
  readonly parent: string;
  readonly leaf: string;
}

/**
 * `self_attn.q_proj.weight` stands under `self_attn` as `q_proj`: the parameter is told only when it is not the
 * weight, or when the short label would be another column's.
 */
export function columnLabels(modules: readonly string[]): readonly ColumnLabel[] {
  const known = new Set(modules);
  return modules.map((module) => {
    const dot = module.lastIndexOf('.');
    if (dot < 0) return { parent: '', leaf: module };
    const stem = module.slice(0, dot);
    const parameter = module.slice(dot);
    const cut = stem.lastIndexOf('.');
    const plain = parameter === '.weight' && !known.has(stem);
    return { parent: stem.slice(0, Math.max(0, cut)), leaf: stem.slice(cut + 1) + (plain ? '' : parameter) };
  });
}

/** The label in one piece, for where there is no band of parents above. */
export function fullLabel({ parent, leaf }: ColumnLabel): string {
  return parent === '' ? leaf : `${parent}.${leaf}`;
}

export interface Band {
  readonly label: string;
  readonly from: number;
  /** Column behind the last. */
  readonly to: number;
}

/** Runs of columns with the same parent; columns without one are in no band. */
export function bands(labels: readonly ColumnLabel[]): readonly Band[] {
  const found: { label: string; from: number; to: number }[] = [];
  labels.forEach(({ parent }, at) => {
    const last = found.at(-1);
    if (last?.label === parent && last.to === at) last.to = at + 1;
    else found.push({ label: parent, from: at, to: at + 1 });
  });
  return found.filter(({ label }) => label !== '');
}
