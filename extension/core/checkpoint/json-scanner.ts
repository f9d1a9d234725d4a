import { CheckpointError, type CheckpointErrorCode } from './checkpoint-error';

/**
 * Reads JSON front to back without building it: the caller says what it expects and gets it, or an error.
 * JSON.parse won't do for headers, because it takes the last of two equal keys silently and rounds integers
 * above 2^53; a checker and a loader would then see different tensors in one file.
 */
export interface JsonScanner {
  /** The kind of value that comes next; `end` after the last one. */
  readonly peek: () => JsonKind;
  /** Reads an object; `member` must read the value of the key it is given. Refuses a key that comes twice. */
  readonly object: (member: (key: string) => void) => void;
  /** Reads an array; `element` must read one value at a time. */
  readonly array: (element: () => void) => void;
  readonly string: () => string;
  /** An exact integer from 0 to 2^53 - 1, in digits only: not `8.0`, `8e0`, `-0` or `08`. */
  readonly size: () => number;
  /** Reads over any value, as strictly as if it were used. */
  readonly skip: () => void;
  /** Any value as plain data. Objects have no prototype, so that no key (`__proto__`) is special. */
  readonly value: () => unknown;
  /** Refuses anything but white space after the last value. */
  readonly end: () => void;
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'end' | 'other';

export interface JsonOptions {
  /** Begins every message: `model.safetensors: header`. */
  readonly where: string;
  /** Take `NaN`, `Infinity` and `-Infinity`, which Python's json module writes. */
  readonly pythonNumbers?: boolean;
}

/** Objects and arrays inside each other; headers use 3, indexes 2, config files about 6. */
const DEPTH_LIMIT = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const ZERO = 0x30;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const PYTHON_NUMBERS = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/**
 * A scanner over UTF-8 bytes. Throws CheckpointError `not-utf8` here and `not-json`, `duplicate-key`,
 * `too-deep`, `bad-integer` or `wrong-type` while it is read, naming the byte where it stopped.
 */
export function scanJson(bytes: Uint8Array, options: JsonOptions): JsonScanner {
  refuseBadUtf8(bytes, options.where);
  const decoder = new TextDecoder();
  let at = 0;
  let depth = 0;

  const fail = (code: CheckpointErrorCode, what: string, offset = at): never => {
    throw new CheckpointError(code, `${options.where}, byte ${offset}: ${what}`);
  };
  const space = (): void => {
    for (;;) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      at++;
    }
  };
  const found = (): string => {
    if (at >= bytes.length) return 'the end';
    return JSON.stringify(decoder.decode(bytes.subarray(at, at + 12)));
  };
  const expected = (what: string): never => fail('not-json', `expected ${what}, found ${found()}`);
  const enter = (): void => {
    if (++depth > DEPTH_LIMIT) fail('too-deep', `objects and arrays inside each other more than ${DEPTH_LIMIT} deep`);
    at++;
  };
  const peek = (): JsonKind => {
    space();
    const byte = bytes[at];
    if (byte === undefined) return 'end';
    if (byte === QUOTE) return 'string';
    if (byte === OPEN_BRACE) return 'object';
    if (byte === OPEN_BRACKET) return 'array';
    if (byte === MINUS || (byte >= ZERO && byte <= 0x39)) return 'number';
    if (byte === 0x74 || byte === 0x66) return 'boolean';
    return byte === 0x6e ? 'null' : 'other';
  };
  const require = (kind: JsonKind): void => {
    const next = peek();
    if (next === kind) return;
    if (next === 'end' || next === 'other') expected(`${article(kind)} ${kind}`);
    fail('wrong-type', `expected ${article(kind)} ${kind}, found ${article(next)} ${next}`);
  };

  const string = (): string => {
    require('string');
    const start = ++at;
    let bits = 0;
    for (;;) {
      const byte = bytes[at]!;
      if (byte === QUOTE)
        return bits < 0x80 ? ascii(bytes.subarray(start, at++)) : decoder.decode(bytes.subarray(start, at++));
      if (byte === BACKSLASH) return escapedString(start);
      if (!(byte >= 0x20)) expected(at < bytes.length ? 'no control character inside a string' : 'a closing quote');
      bits |= byte;
      at++;
    }
  };
  const escapedString = (start: number): string => {
    let text = decoder.decode(bytes.subarray(start, at));
    for (;;) {
      const run = at;
      while (bytes[at]! >= 0x20 && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
      text += decoder.decode(bytes.subarray(run, at));
      if (bytes[at] === QUOTE) break;
      if (bytes[at] !== BACKSLASH) {
        expected(at < bytes.length ? 'no control character inside a string' : 'a closing quote');
      }
      text += escape();
    }
    at++;
    if (LONE_SURROGATE.test(text)) fail('not-json', 'half of a surrogate pair in the string that ends here');
    return text;
  };
  const escape = (): string => {
    const letter = String.fromCharCode(bytes[at + 1] ?? 0);
    if (letter === 'u') {
      const digits = decoder.decode(bytes.subarray(at + 2, at + 6));
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) expected('four hexadecimal digits after \\u');
      at += 6;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter]! : expected('an escape that JSON knows');
    at += 2;
    return character;
  };

  /** The longest run of characters a number or a word may have. */
  const token = (): string => {
    const start = at;
    while (at < bytes.length && isTokenByte(bytes[at]!)) at++;
    return decoder.decode(bytes.subarray(start, at));
  };
  const scalar = (): unknown => {
    const start = at;
    const text = token();
    if (NUMBER.test(text)) return Number(text);
    if (text === 'null') return null;
    if (text === 'true' || text === 'false') return text === 'true';
    if (options.pythonNumbers && PYTHON_NUMBERS.has(text)) return PYTHON_NUMBERS.get(text);
    at = start;
    return expected('a value');
  };

  const scanner: JsonScanner = {
    peek,
    string,
    object(member) {
      require('object');
      enter();
      const seen = createKeyCheck();
      space();
      if (bytes[at] !== CLOSE_BRACE) {
        for (;;) {
          space();
          if (bytes[at] !== QUOTE) expected('a key in double quotes');
          const keyAt = at;
          const key = string();
          if (seen(key)) fail('duplicate-key', `the key ${quote(key)} comes twice`, keyAt);
          space();
          if (bytes[at] !== COLON) expected(`":" after the key ${quote(key)}`);
          at++;
          member(key);
          space();
          if (bytes[at] !== COMMA) break;
          at++;
        }
        if (bytes[at] !== CLOSE_BRACE) expected('"," or "}"');
      }
      at++;
      depth--;
    },
    array(element) {
      require('array');
      enter();
      space();
      if (bytes[at] !== CLOSE_BRACKET) {
        for (;;) {
          element();
          space();
          if (bytes[at] !== COMMA) break;
          at++;
        }
        if (bytes[at] !== CLOSE_BRACKET) expected('"," or "]"');
      }
      at++;
      depth--;
    },
    size() {
      require('number');
      const start = at;
      let number = 0;
      let byte = bytes[at];
      while (byte !== undefined && byte >= ZERO && byte <= 0x39) {
        number = number * 10 + (byte - ZERO);
        byte = bytes[++at];
      }
      const leadingZero = bytes[start] === ZERO && at - start > 1;
      if (at === start || leadingZero || (byte !== undefined && isTokenByte(byte)) || !Number.isSafeInteger(number)) {
        at = start;
        const text = token();
        const code = NUMBER.test(text) ? 'bad-integer' : 'not-json';
        fail(code, `expected an integer from 0 to 2^53 - 1 in plain digits, found ${text.slice(0, 40)}`, start);
      }
      return number;
    },
    skip() {
      const kind = peek();
      if (kind === 'object') scanner.object(scanner.skip);
      else if (kind === 'array') scanner.array(scanner.skip);
      else if (kind === 'string') string();
      else scalar();
    },
    value() {
      const kind = peek();
      if (kind === 'string') return string();
      if (kind === 'array') {
        const elements: unknown[] = [];
        scanner.array(() => elements.push(scanner.value()));
        return elements;
      }
      if (kind !== 'object') return scalar();
      const members = Object.create(null) as Record<string, unknown>;
      scanner.object((key) => (members[key] = scanner.value()));
      return members;
    },
    end() {
      if (peek() !== 'end') expected('nothing after the value');
    },
  };
  return scanner;
}

/** The key as a person would write it, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
}

function refuseBadUtf8(bytes: Uint8Array, where: string): void {
  // Headers are ASCII nearly always; decoding 60 MB once more to know it would double the memory.
  if (isAscii(bytes)) return;
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CheckpointError('not-utf8', `${where}: expected UTF-8; the file is damaged, fetch it again`);
  }
}

/** Tells whether a key came before. A header has one small object a tensor, and a Set for each would cost more. */
function createKeyCheck(): (key: string) => boolean {
  const few: string[] = [];
  let many: Set<string> | undefined;
  return (key) => {
    if (many) return many.size === many.add(key).size;
    if (few.includes(key)) return true;
    if (few.push(key) === 8) many = new Set(few);
    return false;
  };
}

/** Several times faster than TextDecoder for the few dozen bytes of a name. */
function ascii(bytes: Uint8Array): string {
  if (bytes.length > 256) return new TextDecoder().decode(bytes);
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

function isAscii(bytes: Uint8Array): boolean {
  let bits = 0;
  for (let at = 0; at < bytes.length; at++) bits |= bytes[at]!;
  return bits < 0x80;
}

function isTokenByte(byte: number): boolean {
  return (
    (byte >= ZERO && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === MINUS ||
    byte === 0x2b ||
    byte === 0x2e
  );
}

function article(kind: JsonKind): string {
  return kind === 'object' || kind === 'array' || kind === 'other' ? 'an' : 'a';
}
