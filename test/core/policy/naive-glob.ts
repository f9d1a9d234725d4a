/**
 * The glob language as one would say it, by trying everything: for small inputs only. Braces are written out
 * first, then each plain glob is matched by recursion.
 */
export function naiveMatch(glob: string, name: string): boolean {
  return branches(glob).some((plain) => matchPlain(plain, name));
}

/** Globs without braces. A star next to a brace stays a star: `~` keeps `**` that were written from those that arise. */
function branches(glob: string): readonly string[] {
  const open = glob.indexOf('{');
  if (open < 0) return [glob];
  let depth = 0;
  let close = open;
  const commas = [open];
  for (; ; close++) {
    if (glob[close] === '{') depth++;
    else if (glob[close] === '}' && --depth === 0) break;
    else if (glob[close] === ',' && depth === 1) commas.push(close);
  }
  commas.push(close);
  const inside = glob.slice(open + 1, close);
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(inside) ?? [];
  const options =
    from === undefined
      ? commas.slice(0, -1).map((comma, at) => glob.slice(comma + 1, commas[at + 1]))
      : Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => String(Number(from) + at));
  return options.flatMap((option) => branches(`${glob.slice(0, open)}~${option}~${glob.slice(close + 1)}`));
}

function matchPlain(glob: string, name: string, beginsSegment = true): boolean {
  if (glob === '') return name === '';
  const rests = Array.from({ length: name.length + 1 }, (_, at) => name.slice(at));
  const [, stars] = /^(\*+)/.exec(glob) ?? [];
  if (stars !== undefined) {
    const rest = glob.slice(stars.length);
    if (stars.length === 1) {
      const segment = name.indexOf('.') < 0 ? name.length : name.indexOf('.');
      return rests.slice(0, segment + 1).some((left) => matchPlain(rest, left, false));
    }
    if (beginsSegment && rest.startsWith('.')) {
      const after = rest.slice(1);
      return rests.some((left, at) => (at === 0 || name[at - 1] === '.') && matchPlain(after, left, true));
    }
    return rests.some((left) => matchPlain(rest, left, false));
  }
  // A brace begins or ends here: what follows does not begin a segment, whatever came before.
  if (glob.startsWith('~')) return matchPlain(glob.slice(1), name, false);
  const [piece] = /^(\[[^\]]+\]|.)/s.exec(glob)!;
  const char = name[0];
  if (char === undefined) return false;
  const fits =
    piece === '?'
      ? char !== '.'
      : piece.startsWith('[!')
        ? char !== '.' && !listed(piece.slice(2, -1)).includes(char)
        : piece.startsWith('[')
          ? listed(piece.slice(1, -1)).includes(char)
          : piece === char;
  return fits && matchPlain(glob.slice(piece.length), name.slice(1), piece === '.');
}

/** The characters of a class, its ranges written out. */
function listed(inside: string): string {
  return inside.replace(/(.)-(.)/gsu, (_, from: string, to: string) => {
    const first = from.charCodeAt(0);
    return String.fromCharCode(...Array.from({ length: to.charCodeAt(0) - first + 1 }, (__, at) => first + at));
  });
}
