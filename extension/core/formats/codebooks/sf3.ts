import { codebookFormat } from './codebook-format';
import { DEFAULT_NU, STUDENT_SOURCE, studentCodes } from './student-codes';

/** Student float, 3 bits: quantiles of Student's t with `nu` degrees of freedom (5 when not given). */
export const sf3 = codebookFormat({
  id: 'sf3',
  aliases: ['studentfloat3'],
  title: '3-bit Student float codebook',
  codes: studentCodes(3, DEFAULT_NU),
  codesFor: ({ nu = DEFAULT_NU }) => studentCodes(3, nu),
  group: 64,
  options: ['nu', 'fit', 'rotate', 'outliers'],
  source: STUDENT_SOURCE,
});
