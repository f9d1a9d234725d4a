import { installCodeServer } from '../../../scripts/hosts/code-server-install.mjs';
import { startCodeServer } from '../../../scripts/hosts/code-server.mjs';
import { installCodeOss, startWebHost } from '../../../scripts/hosts/web-host.mjs';

/**
 * The two kinds of extension host: `node` as in desktop and Remote, where edits reach the disk;
 * `web` as in VS Code for the Web, where the workspace is in memory.
 */
export type HostName = 'node' | 'web';

const allHosts: readonly HostName[] = ['node', 'web'];

/** The hosts to test in: both, or those listed in `DOWNCAST_E2E_HOSTS` as in `node,web`. */
export const hostNames: readonly HostName[] = chosenHosts(process.env['DOWNCAST_E2E_HOSTS']);

export interface Host {
  readonly name: HostName;
  readonly url: string;
  /** What the server has printed so far. */
  readonly log: string;
  stop(): Promise<void>;
}

export interface HostOptions {
  /** The workspace. */
  readonly folder: string;
  /** An unpacked extension. */
  readonly extensionDir: string;
  /** User settings, over those that keep the workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Starts a host for one workspace with one extension. */
export async function startHost(name: HostName, options: HostOptions): Promise<Host> {
  const started = name === 'node' ? await startCodeServer(options) : await startWebHost(options);
  return {
    name,
    url: started.url,
    stop: started.stop,
    get log() {
      return started.log;
    },
  };
}

/** Brings a host into the cache. */
export async function installHost(name: HostName): Promise<void> {
  if (name === 'node') await installCodeServer(console.error);
  else await installCodeOss(console.error);
}

function chosenHosts(list: string | undefined): readonly HostName[] {
  if (!list) return allHosts;
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !allHosts.some((host) => host === name));
  if (unknown !== undefined)
    throw new Error(`DOWNCAST_E2E_HOSTS names ${unknown}; the hosts are ${allHosts.join(', ')}`);
  return allHosts.filter((host) => names.includes(host));
}
