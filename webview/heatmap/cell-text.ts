import { formatBits, formatBytes } from '../../extension/core/byte-size';
import { formatCount, formatShare, plural } from '../figures';
import { BY_DEFAULT, MIXED, type HeatmapCells, type ReadyState } from '../state';

/** What is known of a cell: a heading, and pairs of what and how much. */
export interface CellText {
  readonly title: string;
  readonly lines: readonly (readonly [label: string, value: string])[];
}

export function describeCell({ heatmap, rules }: ReadyState, block: number, cell: number): CellText {
  const { cells } = heatmap.blocks[block]!;
  const name = cells.name[cell]!;
  const count = cells.count[cell]!;
  return {
    title: count === 1 ? name : `${plural(count, 'tensor')}: ${name} …`,
    lines: [
      ['dtype', dtypeText(cells, cell, heatmap.dtypes, heatmap.treatments)],
      ['shape', `${heatmap.shapes[cells.shape[cell]!]!}${count === 1 ? '' : ` × ${formatCount(count)}`}`],
      ['size', sizeText(cells, cell)],
      ['decided by', ruleText(rules, cells.rule[cell]!)],
      ['error', errorText(cells.error[cell] ?? null)],
    ],
  };
}

/** The same in one breath, for a screen reader. */
export function speakCell(text: CellText, rowKind: string, row: string): string {
  const place = rowKind === 'layer' ? `layer ${row}, ` : '';
  return `${place}${text.title}: ${text.lines.map(([label, value]) => `${label} ${value}`).join(', ')}`;
}

function dtypeText(
  cells: HeatmapCells,
  cell: number,
  dtypes: readonly string[],
  treatments: readonly string[],
): string {
  const source = cells.source[cell]!;
  const treatment = treatments[cells.treatment[cell]!]!;
  const before = source === MIXED ? 'several' : dtypes[source]!;
  return treatment.startsWith(`${before},`) ? treatment : `${before} → ${treatment}`;
}

function sizeText(cells: HeatmapCells, cell: number): string {
  const [before, after, elements] = [cells.bytesBefore[cell]!, cells.bytesAfter[cell]!, cells.elements[cell]!];
  const bits = elements === 0 ? '' : `, ${formatBits((after * 8) / elements)} bits per weight`;
  return before === after ? `${formatBytes(after)}${bits}` : `${formatBytes(before)} → ${formatBytes(after)}${bits}`;
}

function ruleText(rules: ReadyState['rules'], index: number): string {
  const rule = rules[index];
  if (index === BY_DEFAULT || !rule) return 'the default';
  return `${rule.label} (line ${rule.line})`;
}

function errorText(error: number | null): string {
  if (error === null) return 'not measured yet';
  return error === 0 ? 'none' : `${formatShare(error)} relative`;
}
