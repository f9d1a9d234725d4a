import type { TextDocument } from 'vscode-languageserver-textdocument';
import { MarkupKind, type Hover, type Position } from 'vscode-languageserver-types';
import { locate, ruleAt, type Place } from '../../core/policy/locate';
import type { Analysis } from '../analysis';
import type { Cancellation } from '../cancellation';
import { ownerOf } from '../keys-at';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';
import { describeCheckpoint } from './hover/checkpoint';
import { describeDrawn, describeDtype } from './hover/dtype';
import { describeKey } from './hover/key';
import { describeLayers } from './hover/layers';
import { describePattern } from './hover/pattern';

/** A value under the mouse, with everything known of its policy. */
export interface HoverSite {
  readonly place: Extract<Place, { kind: 'value' }>;
  readonly analysis: Analysis;
  readonly context: ServiceContext;
  readonly options: HoverOptions;
  /** Rule the place is in; undefined elsewhere. */
  readonly rule: number | undefined;
}

export interface HoverOptions {
  /** The editor draws images in Markdown; a terminal would show their source. */
  readonly pictures: boolean;
}

/** What there is to say about the word at a position, as Markdown. */
export async function hover(
  document: TextDocument,
  position: Position,
  options: HoverOptions,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<Hover | undefined> {
  const { document: text } = context.analyses.snapshot(document);
  const place = locate(text.getText(), text.offsetAt(position), context.syntax);
  if ((place.kind !== 'key' && place.kind !== 'value') || place.text === '') return undefined;
  const analysis = await context.analyses.of(document);
  if (cancellation.isCancellationRequested) return undefined;
  const value =
    place.kind === 'key'
      ? describeWord(place, analysis, options)
      : await describe({ place, analysis, context, options, rule: ruleIn(analysis, ruleAt(place.path)) });
  if (value === undefined || isCancelled(cancellation)) return undefined;
  return { contents: { kind: MarkupKind.Markdown, value }, range: toRange(text, place.range) };
}

/** A rule of this file among all that the policy has. */
function ruleIn({ snapshot }: Analysis, rule: number | undefined): number | undefined {
  return rule === undefined ? undefined : rule + snapshot.policy.inherited;
}

/** A key of the language, or the name of a format under `formats:`. */
function describeWord(
  { path, text }: Extract<Place, { kind: 'key' }>,
  { snapshot }: Analysis,
  options: HoverOptions,
): string | undefined {
  const isDefinition = path.length === 1 && path[0] === 'formats';
  const format = isDefinition ? snapshot.formats.find(text)?.format : undefined;
  return format ? describeDrawn(format, options) : describeKey(path, text);
}

/** Read anew: it may have changed while values were read. */
function isCancelled(cancellation: Cancellation): boolean {
  return cancellation.isCancellationRequested;
}

async function describe(site: HoverSite): Promise<string | undefined> {
  const owner = ownerOf(site.place.path);
  if (!owner) return undefined;
  switch (owner.key) {
    case 'match':
    case 'except':
      return describePattern(site);
    case 'dtype':
    case 'default':
      return describeDtype(site);
    case 'layers':
      return describeLayers(site);
    case 'checkpoint':
      return describeCheckpoint(site);
    default:
      return describeKey(owner.mapping, owner.key);
  }
}
