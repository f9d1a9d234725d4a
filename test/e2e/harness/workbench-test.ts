import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { test } from 'vitest';
import { chromiumArgs, findChromium } from '../../../scripts/hosts/chromium.mjs';
import { hostNames, startHost, type HostName } from './hosts';
import { copyWorkspace } from './sample-workspace';
import { artifactsFolder, openWorkbench, type Workbench } from './workbench';

export interface WorkbenchTestOptions {
  /** An unpacked extension. */
  readonly extensionDir: string;
  /** Copied for each test. */
  readonly sample: string;
  /** User settings, over those that keep the workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The hosts this is meant for; both by default. */
  readonly hosts?: readonly HostName[];
}

/**
 * Makes a function that declares a test once for each host, in a fresh workbench on a copy of the
 * sample. When a test fails, `artifacts/failures` gets a screenshot and all that was logged.
 */
export function workbenchTest(
  options: WorkbenchTestOptions,
): (title: string, body: (workbench: Workbench) => Promise<void>) => void {
  return (title, body) => {
    for (const host of hostNames) {
      const skipped = options.hosts !== undefined && !options.hosts.includes(host);
      test.skipIf(skipped)(`${title} (${host} host)`, () => inWorkbench(host, title, options, body));
    }
  };
}

async function inWorkbench(
  hostName: HostName,
  title: string,
  options: WorkbenchTestOptions,
  body: (workbench: Workbench) => Promise<void>,
): Promise<void> {
  const started: (() => Promise<unknown>)[] = [];
  try {
    const workspace = await copyWorkspace(options.sample);
    started.push(() => workspace.remove());
    const host = await startHost(hostName, { ...options, folder: workspace.folder });
    started.push(() => host.stop());
    const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
    started.push(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    page.setDefaultTimeout(20_000);

    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`uncaught: ${error.stack ?? error.message}`));
    try {
      await body(await openWorkbench(page, hostName, host.url, workspace.folder));
    } catch (error) {
      const failure = path.join(artifactsFolder, 'failures', hostName, title.replaceAll(/[^\w]+/g, '-'));
      await mkdir(path.dirname(failure), { recursive: true });
      await page.screenshot({ path: `${failure}.png` });
      await writeFile(`${failure}.log`, `${String(error)}\n\n# window\n${said.join('\n')}\n\n# server\n${host.log}\n`);
      throw error;
    }
  } finally {
    for (const stop of started.reverse()) await stop();
  }
}
