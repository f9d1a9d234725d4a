import { rm } from 'node:fs/promises';
import path from 'node:path';
import { findChromium } from '../../../scripts/hosts/chromium.mjs';
import { hostNames, installHost } from './hosts';
import { artifactsFolder } from './workbench';

/** Vitest's global setup: brings the browser and the hosts, so that no test waits for them; drops old failures. */
export default async function install(): Promise<void> {
  await rm(path.join(artifactsFolder, 'failures'), { recursive: true, force: true });
  await findChromium();
  for (const name of hostNames) await installHost(name);
}
