import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} = require('vscode-languageserver-protocol/node');

/**
 * A server process and one document in it. Findings are pulled where the server offers that, as VS Code does; otherwise
 * they are waited for until those of the newest version were sent. `configuration` answers what the server asks for.
 */
export async function startClient(script, { root, capabilities, configuration, nodeFlags = [] }) {
  const child = spawn(process.execPath, [...nodeFlags, script, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const pushed = new Map();
  const waiting = new Set();
  connection.onNotification('textDocument/publishDiagnostics', ({ uri, version, diagnostics }) => {
    pushed.set(uri, { version, diagnostics });
    for (const look of waiting) look();
  });
  connection.onRequest('workspace/configuration', ({ items }) => items.map(({ section }) => configuration?.[section]));
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/codeLens/refresh', () => null);
  connection.onRequest('workspace/diagnostic/refresh', () => null);
  const errors = [];
  connection.onNotification('window/logMessage', ({ type, message }) => type === 1 && errors.push(message));
  connection.listen();
  const server = await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: 'bench' }],
    capabilities,
  });
  await connection.sendNotification('initialized', {});
  if (configuration) await connection.sendNotification('workspace/didChangeConfiguration', { settings: configuration });
  const pulls = server.capabilities.diagnosticProvider !== undefined;
  let version = 0;
  const settled = (uri) =>
    new Promise((resolve) => {
      const look = () => {
        const found = pushed.get(uri);
        if (!found || (found.version ?? version) < version) return;
        waiting.delete(look);
        pushed.delete(uri);
        resolve(found.diagnostics);
      };
      waiting.add(look);
      look();
    });
  return {
    pulls,
    /** What the server logged as errors: its times mean nothing then. */
    errors,
    open: (uri, languageId, text) =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId, version: ++version, text },
      }),
    change: (uri, range, text) => {
      pushed.delete(uri);
      return connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: ++version },
        contentChanges: [{ range, text }],
      });
    },
    async findings(uri) {
      if (!pulls) return settled(uri);
      return (await connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } })).items;
    },
    complete: (uri, position) =>
      connection.sendRequest('textDocument/completion', {
        textDocument: { uri },
        position,
        context: { triggerKind: 1 },
      }),
    hover: (uri, position) => connection.sendRequest('textDocument/hover', { textDocument: { uri }, position }),
    lenses: (uri) => connection.sendRequest('textDocument/codeLens', { textDocument: { uri } }),
    memory: () => memoryOf(child.pid),
    processor: () => processorOf(child.pid),
    async stop() {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      connection.dispose();
      child.kill();
    },
  };
}

/** Resident memory now and at its highest, in MB; undefined where the system does not tell. */
function memoryOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const of = (key) => Math.round((Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6);
    return { now: of('VmRSS'), peak: of('VmHWM') };
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds of processor that the main thread of a process has used: what its answers take when nothing else runs
 * beside it. Undefined where the system does not tell.
 */
function processorOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}
