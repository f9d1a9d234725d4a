import { finding, replacement } from '../finding';
import { anyOf } from '../nearest';
import { nearestDtypes } from '../nearest-dtypes';
import { located, type Located } from '../range';
import { spell, type ScalarNode, type SyntaxNode } from '../syntax';
import { quoted, reportError, respellings, scalarOf, type Reader } from './reader';

/** `keep` leaves a tensor as it is: the one dtype that is no format. */
export const KEEP = 'keep';

/**
 * A dtype as its canonical id. A spelling of another tool is accepted with an `alias-dtype` hint; an unknown
 * one is an error, and undefined. So is one of the policy's own whose definition can't be used, which is told there.
 */
export function readDtype(node: SyntaxNode | undefined, reader: Reader): Located<string> | undefined {
  const scalar = scalarOf(
    'dtype',
    node,
    `a dtype such as ${anyOf([...reader.formats.ids().slice(0, 3), KEEP])}`,
    reader,
  );
  if (!scalar) return undefined;
  const { text, range } = scalar;
  if (text === KEEP) return located(KEEP, range);
  const found = (reader.formats.find(text) ?? reader.formats.find(text.toLowerCase()))?.format;
  if (!found) {
    if (!reader.unusable?.has(text.toLowerCase())) reportUnknown(scalar, reader);
    return undefined;
  }
  if (found.id !== text) {
    const message = `${text} is another name of ${found.id}`;
    const fix = replacement(`Write ${found.id}`, range, spell(found.id, scalar.style), true);
    reader.report(finding('alias-dtype', 'information', range, message, { fixes: [fix] }));
  }
  return located(found.id, range);
}

function reportUnknown(scalar: ScalarNode, reader: Reader): void {
  const ids = [...reader.formats.ids(), KEEP];
  const meant = nearestDtypes(scalar.text, reader.formats, [KEEP]);
  const advice = meant.length > 0 ? `did you mean ${anyOf(meant)}?` : `expected ${anyOf(ids)}`;
  const message = `${quoted(scalar.text)} is no dtype; ${advice}`;
  reportError(reader, 'unknown-dtype', scalar.range, message, respellings(scalar, meant));
}
