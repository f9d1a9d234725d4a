import { readdir, readFile, stat } from 'node:fs/promises';
import { URI } from 'vscode-uri';
import { nodeFolder } from '../files/node-folder';
import { clientDirectory, clientPlace, clientText } from './client-files';
import { decodeText, setTimer, TEXT_LIMIT, type ServerHost } from './host';

/** Reads `file:` from disk and asks the editor for all else. */
export function nodeHost(): ServerHost {
  return {
    place: (uri, ask) => (isLocal(uri) ? nodeFolder(URI.parse(uri).fsPath) : clientPlace(uri, ask)),
    async readDirectory(uri, ask) {
      if (!isLocal(uri)) return clientDirectory(uri, ask);
      const entries = await readdir(URI.parse(uri).fsPath, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
    },
    async readText(uri, ask) {
      if (!isLocal(uri)) return clientText(uri, ask);
      const path = URI.parse(uri).fsPath;
      const { size } = await stat(path);
      if (size > TEXT_LIMIT) throw new Error(`${path} holds ${size} bytes; texts of ${TEXT_LIMIT} are read at most`);
      return decodeText(await readFile(path));
    },
    readsParts: isLocal,
    setTimer,
  };
}

function isLocal(uri: string): boolean {
  return URI.parse(uri).scheme === 'file';
}
