import { codebookFormat } from './codebook-format';
import { DEFAULT_NU, STUDENT_SOURCE, studentCodes } from './student-codes';

/** Student float, 4 bits: quantiles of Student's t with `nu` degrees of freedom (5 when not given). */
export const sf4 = codebookFormat({
  id: 'sf4',
  aliases: ['studentfloat4'],
  title: '4-bit Student float codebook',
  codes: studentCodes(4, DEFAULT_NU),
  codesFor: ({ nu = DEFAULT_NU }) => studentCodes(4, nu),
  group: 64,
  options: ['nu', 'fit', 'rotate', 'outliers'],
  source: STUDENT_SOURCE,
});
