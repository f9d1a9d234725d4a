import { formatBytes } from '../../byte-size';
import { finding } from '../../policy/finding';
import type { DraftCheck } from '../draft';

/** Limits of `budget:` that need no evaluation. */
export const overBudget: DraftCheck = ({ budget }, { bitsPerWeight, bytesAfter }) => {
  const bits = budget?.bitsPerWeight;
  const size = budget?.size;
  return [
    ...(bits && bitsPerWeight > bits.value
      ? [
          finding(
            'over-budget',
            'warning',
            bits.range,
            `the plan takes ${bitsPerWeight.toFixed(3)} bits per weight, scales counted; the budget is ${bits.value}`,
          ),
        ]
      : []),
    ...(size && bytesAfter > size.value
      ? [
          finding(
            'over-budget',
            'warning',
            size.range,
            `the plan takes ${formatBytes(bytesAfter)}, scales counted; the budget is ${formatBytes(size.value)}`,
          ),
        ]
      : []),
  ];
};
