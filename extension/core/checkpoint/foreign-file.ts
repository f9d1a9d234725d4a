/** First bytes of what is found under the name of a weight file, and what to do about it. */
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['version ', 'this is a Git LFS pointer, not the file itself; run "git lfs pull"'],
  ['PK\u0003\u0004', 'this is a zip file, as PyTorch saves its pickles; convert it to safetensors'],
  ['\u0080\u0002', 'this is a Python pickle; convert it to safetensors'],
  ['GGUF', 'this is a GGUF file; give it the ending .gguf'],
  ['<', 'this is a web page, probably the error of a download; fetch the file again'],
  ['\u001f\u008b', 'this is a gzip file; unpack it'],
];

/** What a file that is not what its name says seems to be, from its first 8 bytes; undefined when nothing is known. */
export function foreignFile(prefix: Uint8Array): string | undefined {
  const text = String.fromCharCode(...prefix);
  return BEGINNINGS.find(([beginning]) => text.startsWith(beginning))?.[1];
}
