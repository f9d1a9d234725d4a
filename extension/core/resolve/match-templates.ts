import type { Automaton, AutomatonState } from '../policy/automaton';
import type { CompiledPattern } from '../policy/pattern';
import type { NameTemplate } from './name-templates';
import { addTensor, emptyWords, tensorSet, type TensorSet } from './tensor-set';
import type { TreeIndex } from './tree-index';

/** Cells of a table of answers; names of a template with more are asked for one by one. */
const MOST_CELLS = 1 << 20;

/**
 * The tensors whose whole names a pattern matches. The text that the names of a template share is read once
 * for all of them, and numbers that the pattern can't tell apart are read once too.
 */
export function matchTemplates(pattern: CompiledPattern, { templates, tree, room }: TreeIndex): TensorSet {
  const words = emptyWords(tree.tensors.length);
  const { automaton } = pattern;
  for (const template of templates) {
    const answers = automaton ? readTemplate(automaton, template, room) : testTemplate(pattern, template, room);
    const { tensors } = template;
    if (answers === 'none') continue;
    for (let place = 0; place < tensors.length; place++) {
      const at = tensors[place]!;
      const matches =
        answers === 'unknown'
          ? pattern.matches(tree.tensors[at]!.name)
          : answers.yes[answers.cellOf === undefined ? 0 : answers.cellOf[place]!] === 1;
      if (matches) addTensor(words, at);
    }
  }
  return tensorSet(words);
}

const ZERO = '0'.charCodeAt(0);

/** Which names of a template match. `unknown`: there are too many cases, each name must be asked for. */
type Answers =
  | 'none'
  | 'unknown'
  | {
      /** 1 for the cases whose names match. */
      readonly yes: Uint8Array;
      /** For each tensor of the template its case; undefined when all are the first. */
      readonly cellOf: Uint32Array | undefined;
    };

type Room = TreeIndex['room'];

/** Runs an automaton over a template: tensors whose numbers lead to one state go on together. */
function readTemplate(automaton: Automaton, { literals, numbers, tensors }: NameTemplate, room: Room): Answers {
  let states: readonly AutomatonState[] = [automaton.read(automaton.start, literals[0]!)];
  /** For each tensor its state; undefined while all are in one. */
  let stateOf: Uint32Array | undefined;
  for (const [hole, { values, of }] of numbers.entries()) {
    if (states.every(({ dead }) => dead)) return 'none';
    if (states.length * values.length > MOST_CELLS) return 'unknown';
    const { next, table } = readNumbers(automaton, states, values, literals[hole + 1]!);
    if (next.length > 1) {
      const after: Uint32Array = room[hole % 2 === 0 ? 0 : 1];
      for (let place = 0; place < tensors.length; place++) {
        const before = stateOf === undefined ? 0 : stateOf[place]!;
        after[place] = table[before * values.length + of[place]!]!;
      }
      stateOf = after;
    } else stateOf = undefined;
    states = next;
  }
  const yes = Uint8Array.from(states, ({ accepts }) => (accepts ? 1 : 0));
  return yes.includes(1) ? { yes, cellOf: stateOf } : 'none';
}

/** The states after each number and the text behind it; the table has a row a state and a column a number. */
function readNumbers(
  automaton: Automaton,
  states: readonly AutomatonState[],
  numbers: readonly string[],
  literal: string,
): { readonly next: readonly AutomatonState[]; readonly table: Uint32Array } {
  const next: AutomatonState[] = [];
  const numberOf = new Map<AutomatonState, number>();
  const afterLiteral = new Map<AutomatonState, AutomatonState>();
  const table = new Uint32Array(states.length * numbers.length);
  let cell = 0;
  for (const from of states) {
    for (const digits of numbers) {
      const behind = automaton.read(from, digits);
      let state = afterLiteral.get(behind);
      if (!state) afterLiteral.set(behind, (state = automaton.read(behind, literal)));
      let number = numberOf.get(state);
      if (number === undefined) numberOf.set(state, (number = next.push(state) - 1));
      table[cell++] = number;
    }
  }
  return { next, table };
}

/** Asks for one name of all that differ in digits which the pattern does not tell apart. */
function testTemplate(
  { matches, digits }: CompiledPattern,
  { literals, numbers, tensors }: NameTemplate,
  [cellOf]: Room,
): Answers {
  const folded = numbers.map(({ values }) => foldNumbers(values, digits));
  const cells = folded.reduce((product, { values }) => product * values.length, 1);
  if (cells > MOST_CELLS) return 'unknown';
  cellOf.fill(0, 0, tensors.length);
  for (const [hole, { of }] of numbers.entries()) {
    const { values, foldedOf } = folded[hole]!;
    for (let place = 0; place < tensors.length; place++) {
      cellOf[place] = cellOf[place]! * values.length + foldedOf[of[place]!]!;
    }
  }
  const nameAt = (place: number): string =>
    folded.reduce((name, { values, foldedOf }, hole) => {
      const number = values[foldedOf[numbers[hole]!.of[place]!]!]!;
      return name + number + literals[hole + 1]!;
    }, literals[0]!);
  const yes = new Uint8Array(cells);
  const asked = new Uint8Array(cells);
  for (let place = 0; place < tensors.length; place++) {
    const cell = cellOf[place]!;
    if (asked[cell] === 1) continue;
    asked[cell] = 1;
    if (matches(nameAt(place))) yes[cell] = 1;
  }
  return { yes, cellOf };
}

interface FoldedNumbers {
  /** The different numbers that are left. */
  readonly values: readonly string[];
  /** For each number as it was, which of these it is now. */
  readonly foldedOf: Uint32Array;
}

/** Numbers with each digit written as the one that stands for it: `digits[7]` for 7. */
function foldNumbers(numbers: readonly string[], digits: string): FoldedNumbers {
  const index = new Map<string, number>();
  const foldedOf = Uint32Array.from(numbers, (number) => {
    let folded = '';
    for (let at = 0; at < number.length; at++) folded += digits[number.charCodeAt(at) - ZERO]!;
    const known = index.get(folded) ?? index.size;
    index.set(folded, known);
    return known;
  });
  return { values: [...index.keys()], foldedOf };
}
