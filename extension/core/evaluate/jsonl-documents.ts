/** The `text` of each line of a JSON Lines file; empty lines are passed over. Throws with the line's number. */
export function jsonlDocuments(content: string, name: string): readonly string[] {
  const documents: string[] = [];
  content.split('\n').forEach((line, at) => {
    if (line.trim() === '') return;
    documents.push(textOf(line, `${name}:${at + 1}`));
  });
  return documents;
}

function textOf(line: string, place: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`${place}: is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const text = typeof value === 'object' && value !== null && 'text' in value ? value.text : undefined;
  if (typeof text === 'string') return text;
  throw new Error(`${place}: has no "text" field with a string; expected {"text": "..."} on each line`);
}
