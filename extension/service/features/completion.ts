import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionItem, CompletionList, Position } from 'vscode-languageserver-types';
import { locate, ruleAt, type Place } from '../../core/policy/locate';
import type { TextRange } from '../../core/policy/range';
import type { Snapshot } from '../analysis';
import type { Cancellation } from '../cancellation';
import { ownerOf } from '../keys-at';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';
import { completeDtypes } from './completion/dtypes';
import { itemOf, type Proposal } from './completion/item';
import { completeKeys } from './completion/keys';
import { completeLayers } from './completion/layers';
import { completePaths } from './completion/paths';
import { completePatterns } from './completion/patterns';
import { completeGroups, completeScales } from './completion/scales';
import { completeWords } from './completion/words';

export interface CompletionOptions {
  /** The editor expands `$1` in what is inserted. */
  readonly snippets: boolean;
  /** The character that was typed, when that alone asked for completion. */
  readonly trigger: string | undefined;
}

/** A place of the policy where values or keys are proposed, with what is known there. */
export interface CompletionSite<P extends Place = Place> {
  readonly place: P;
  readonly snapshot: Snapshot;
  readonly context: ServiceContext;
  readonly options: CompletionOptions;
  /** Rule the place is in; undefined elsewhere. */
  readonly rule: number | undefined;
}

export type ValueSite = CompletionSite<Extract<Place, { kind: 'value' }>>;

/** Characters after which an editor should ask for completion by itself. */
export const COMPLETION_TRIGGERS: readonly string[] = ['.', '"', "'", '*', '/', ' ', '[', '{', ','];

/** Proposals sent at most; the list is marked incomplete when there are more. */
const MOST_ITEMS = 400;

const NOTHING: CompletionList = { isIncomplete: false, items: [] };

/** What could be typed at a position. Half-typed text is the usual case: an answer may be empty, never an error. */
export async function complete(
  document: TextDocument,
  position: Position,
  options: CompletionOptions,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<CompletionList> {
  const snapshot = context.analyses.snapshot(document);
  const text = snapshot.document.getText();
  const offset = snapshot.document.offsetAt(position);
  if (options.trigger === ' ' && !followsIndicator(text, offset)) return NOTHING;
  const place = locate(text, offset, context.syntax);
  const rule = 'path' in place ? ruleAt(place.path) : undefined;
  const proposals = await propose({ place, snapshot, context, options, rule });
  if (cancellation.isCancellationRequested || place.kind === 'elsewhere') return NOTHING;
  const edited = editable(text, place.range, offset);
  const range = toRange(snapshot.document, edited);
  const items = proposals
    .slice(0, MOST_ITEMS)
    .map((proposal, rank): CompletionItem => itemOf(proposal, rank, range, options));
  return { isIncomplete: proposals.length > MOST_ITEMS, items };
}

/** A space asks for values after `key:` and after a dash, but not while a line is indented. */
function followsIndicator(text: string, offset: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /(:|-|,|\[) $/.test(line);
}

/** An edit must lie in the cursor's line and around the cursor; otherwise only insert. */
function editable(text: string, range: TextRange, offset: number): TextRange {
  const inside = range.start <= offset && offset <= range.end;
  return inside && !text.slice(range.start, range.end).includes('\n') ? range : { start: offset, end: offset };
}

async function propose(site: CompletionSite): Promise<readonly Proposal[]> {
  const { place } = site;
  switch (place.kind) {
    case 'key':
    case 'item':
      return completeKeys({ ...site, place });
    case 'value':
      return proposeValues({ ...site, place });
    case 'elsewhere':
      return [];
  }
}

async function proposeValues(site: ValueSite): Promise<readonly Proposal[]> {
  const owner = ownerOf(site.place.path);
  switch (owner?.key) {
    case undefined:
      return [];
    case 'match':
    case 'except':
      return completePatterns(site);
    case 'dtype':
    case 'default':
      return completeDtypes(site);
    case 'layers':
      return completeLayers(site);
    case 'scale':
      return completeScales(site);
    case 'group':
      return completeGroups(site);
    case 'checkpoint':
      return completePaths(site, ({ name }) => /\.(safetensors(\.index\.json)?|gguf)$/.test(name));
    case 'extends':
      return completePaths(site, ({ name }) => /\.dtype\.(ya?ml|json)$/.test(name));
    case 'text':
      return completePaths(site, ({ name }) => /\.(txt|md|text|jsonl|ndjson|parquet)$/i.test(name));
    default:
      return completeWords(site);
  }
}
