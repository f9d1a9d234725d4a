import { standardDeviation } from '../../../core/analysis/moments';
import type { ValueProfile } from '../../../core/analysis/value-profile';
import type { StoredStatistics } from '../../../core/checkpoint/stored-statistics';
import type { PlannedTensor } from '../../../core/resolve/plan';
import { codePointsPicture, textHistogram } from '../../code-points-picture';
import { code } from '../../wording';
import type { HoverSite } from '../hover';

/**
 * How the values of a tensor are spread, and over which codes: from the statistics kept beside the weights, which
 * are of all values, and from the sample that the host reads. Undefined where there is neither.
 */
export async function describeValues(
  { tensor, treatment }: PlannedTensor,
  { analysis, context, options }: HoverSite,
): Promise<string | undefined> {
  const { checkpoint } = analysis;
  if (checkpoint.kind !== 'open') return undefined;
  const stored = checkpoint.checkpoint.tree.statistics?.get(tensor.name);
  // A weight file that can't be read is told at the checkpoint; the rest of the hover stands without its values.
  const read = await context.workspace.valueProfile?.(checkpoint.uri, tensor).catch(() => undefined);
  const profile = read && read.moments.count > 0 ? read : undefined;
  const figures = stored ? figuresOf('Values', stored) : profile && profileFigures(profile, tensor.shape);
  if (figures === undefined || !profile) return figures;
  const format = treatment.kind === 'cast' ? analysis.snapshot.formats.find(treatment.cast.format)?.format : undefined;
  const picture = format && options.pictures ? codePointsPicture(format, profile) : undefined;
  return [figures, picture ?? code(textHistogram(profile))].join('\n\n');
}

function profileFigures(profile: ValueProfile, shape: readonly number[]): string {
  const { moments, zeros, nan, infinite } = profile;
  const elements = shape.reduce((product, extent) => product * extent, 1);
  const count = moments.count + nan + infinite;
  const figures = figuresOf(count < elements ? `A sample of ${count} values` : 'Values', {
    ...profile,
    std: standardDeviation(moments),
  });
  return zeros > 0 ? `${figures}, ${print((100 * zeros) / moments.count)}% zeros` : figures;
}

function figuresOf(whose: string, { min, max, std, nan, infinite }: StoredStatistics): string {
  const odd = nan + infinite > 0 ? `, ${nan} NaN, ${infinite} infinite` : '';
  return `${whose}: ${print(min)} to ${print(max)}, standard deviation ${print(std)}${odd}`;
}

function print(value: number): string {
  return String(Number(value.toPrecision(3)));
}
