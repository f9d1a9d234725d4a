import { describe, expect, test } from 'vitest';
import { scanJson, type JsonScanner } from '../../../extension/core/checkpoint/json-scanner';

const scan = (text: string, pythonNumbers = false): JsonScanner =>
  scanJson(new TextEncoder().encode(text), { where: 'x.json', pythonNumbers });

const value = (text: string): unknown => {
  const scanner = scan(text);
  const read = scanner.value();
  scanner.end();
  return read;
};

test('a caller reads what it expects, key by key, and skips the rest', () => {
  const scanner = scan('{"shape": [2, 3], "note": {"any": [true, null]}, "dtype": "F32"}');
  const seen: unknown[] = [];
  scanner.object((key) => {
    if (key === 'shape') scanner.array(() => seen.push(scanner.size()));
    else if (key === 'dtype') seen.push(scanner.string());
    else scanner.skip();
  });
  scanner.end();
  expect(seen).toEqual([2, 3, 'F32']);
});

test.each([
  ['{"a": [1, -2.5e3, "x", true, false, null], "b": {}}', { a: [1, -2500, 'x', true, false, null], b: {} }],
  ['"\\u00e9\\ud83d\\ude00\\n\\/\\""', 'é😀\n/"'],
  ['"é😀"', 'é😀'],
  [' [ ] ', []],
  [`"${'long '.repeat(100)}"`, 'long '.repeat(100)],
])('%s is read as JSON.parse would', (text, expected) => {
  expect(value(text)).toEqual(expected);
  expect(JSON.parse(text)).toEqual(expected);
});

test('a key that comes twice is refused, however it is written and however many keys stand between', () => {
  expect(() => value('{"a": 1, "a": 2}')).toThrow('x.json, byte 9: the key "a" comes twice');
  expect(() => value('{"a": 1, "\\u0061": 2}')).toThrow('the key "a" comes twice');
  const many = Array.from({ length: 50 }, (_, at) => `"k${at}": ${at}`).join(', ');
  expect(() => value(`{${many}, "k7": 0}`)).toThrow('the key "k7" comes twice');
  expect(() => value(`{${many}, "other": 0}`)).not.toThrow();
  expect(() => value('{"a": {"x": 1}, "b": {"x": 1}}')).not.toThrow();
});

test('keys of the prototype of objects are keys like any other', () => {
  const read = value('{"__proto__": {"polluted": true}, "constructor": 1}') as Record<string, unknown>;
  expect(Object.keys(read)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

describe('sizes are exact integers', () => {
  test.each(['0', '7', '100', '9007199254740991'])('%s', (text) => {
    expect(scan(text).size()).toBe(Number(text));
  });

  test.each([
    ['8.0', 'bad-integer'],
    ['8e0', 'bad-integer'],
    ['-0', 'bad-integer'],
    ['-1', 'bad-integer'],
    ['9007199254740992', 'bad-integer'],
    ['18446744073709551616', 'bad-integer'],
    ['08', 'not-json'],
    ['8x', 'not-json'],
    ['-', 'not-json'],
    ['"8"', 'wrong-type'],
    ['true', 'wrong-type'],
    ['', 'not-json'],
  ])('%s is refused as %s', (text, code) => {
    expect(() => scan(text).size()).toThrow(expect.objectContaining({ code }) as Error);
  });

  test('the message quotes what was found', () => {
    expect(() => scan('[8.0]').array(() => undefined)).toThrow('expected "," or "]"');
    expect(() => scan('8.0').size()).toThrow(
      'x.json, byte 0: expected an integer from 0 to 2^53 - 1 in plain digits, found 8.0',
    );
  });
});

test.each([
  ['[1,]', 'expected a value, found "]"'],
  ['{"a":1,}', 'expected a key in double quotes'],
  ['{"a" 1}', 'expected ":" after the key "a"'],
  ['[1 2]', 'expected "," or "]"'],
  ['{"a":1', 'expected "," or "}", found the end'],
  ['"a', 'expected a closing quote, found the end'],
  ['"\\x"', 'expected an escape that JSON knows'],
  ['"\\u12"', 'expected four hexadecimal digits'],
  ['"\\ud800"', 'half of a surrogate pair'],
  ['"a\tb"', 'expected no control character inside a string'],
  ['[01]', 'expected a value'],
  ['[+1]', 'expected a value'],
  ['[.5]', 'expected a value'],
  ['[NaN]', 'expected a value'],
  ['tru', 'expected a value'],
  ['1 2', 'expected nothing after the value'],
  ['\ufeff{}', 'expected a value'],
])('%j is refused: %s', (text, message) => {
  expect(() => value(text)).toThrow(message);
});

test('nesting is limited, so that no file can exhaust the stack', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(() => value(nested(64))).not.toThrow();
  expect(() => value(nested(65))).toThrow('more than 64 deep');
  expect(() => scan(nested(1_000_000)).skip()).toThrow('more than 64 deep');
});

test('numbers that only Python writes are read where they are allowed', () => {
  expect(scan('[NaN, Infinity, -Infinity, 1e400]', true).value()).toEqual([NaN, Infinity, -Infinity, Infinity]);
});
