import { formatsChart } from '../../core/analysis/formats-chart';
import { comparedLabel, type Compared } from './compared';

/** The formats in the order given as an SVG document. */
export function comparedChart(checkpoint: string, group: number, formats: readonly Compared[]): string {
  return formatsChart(
    `${checkpoint}: number formats on linear weights, group ${group}`,
    formats.map((each) => {
      const report = each.evaluated?.report;
      const percent = (difference: number): number => (difference / report!.base.value) * 100;
      return {
        label: comparedLabel(each),
        relativeError: each.relativeError * 100,
        perplexity: report && {
          change: percent(report.divergence.perplexityDifference),
          low: percent(report.divergence.perplexityDifferenceInterval.low),
          high: percent(report.divergence.perplexityDifferenceInterval.high),
        },
      };
    }),
  );
}
