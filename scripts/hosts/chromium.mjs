import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './processes.mjs';

/** What a browser that is driven, not lived in, is started with. */
export const chromiumArgs = Object.freeze([
  // The sandbox refuses to run as root, as containers do.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]);

/**
 * A Chromium to drive: `DOWNCAST_CHROMIUM`, the PATH, the places browsers are installed to, or
 * Playwright's cache; as root on a Debian or Ubuntu it is installed when there is none.
 * @param {(line: string) => void} [log] progress lines
 * @returns {Promise<string>} path of the program
 */
export async function findChromium(log = console.error) {
  const chosen = process.env.DOWNCAST_CHROMIUM;
  if (chosen) {
    if (!runnable(chosen)) throw new Error(`DOWNCAST_CHROMIUM is ${chosen}, which is not a program that can be run`);
    return chosen;
  }
  const found = installedChromium();
  if (found) return found;
  if (!canInstall()) throw new Error(notFound);
  await installWithApt(log);
  const installed = installedChromium();
  if (!installed) throw new Error(notFound);
  return installed;
}

const notFound =
  'No Chromium was found. Install Chromium, Chrome or Edge, or run `npx playwright-core install chromium`, ' +
  'or set DOWNCAST_CHROMIUM to the path of one.';

/** @returns {string | undefined} */
function installedChromium() {
  return [...onPath(), ...knownPlaces(), ...playwrightCache()].find(runnable);
}

function onPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
}

function knownPlaces() {
  if (process.platform === 'darwin') {
    return ['Chromium', 'Google Chrome', 'Microsoft Edge'].flatMap((app) =>
      ['/Applications', join(homedir(), 'Applications')].map((folder) => `${folder}/${app}.app/Contents/MacOS/${app}`),
    );
  }
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    const programs = [
      'Chromium\\Application\\chrome.exe',
      'Google\\Chrome\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    return roots.flatMap((root) => (root ? programs.map((program) => join(root, program)) : []));
  }
  return [];
}

function playwrightCache() {
  const folder = process.env.PLAYWRIGHT_BROWSERS_PATH ?? playwrightFolder();
  if (!existsSync(folder)) return [];
  const programs = [
    'chrome-linux/chrome',
    'chrome-linux64/chrome',
    'chrome-win/chrome.exe',
    'chrome-win64/chrome.exe',
    ...['chrome-mac', 'chrome-mac-arm64', 'chrome-mac-x64'].flatMap((mac) => [
      `${mac}/Chromium.app/Contents/MacOS/Chromium`,
      `${mac}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`,
    ]),
  ];
  return readdirSync(folder)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
    .flatMap((name) => programs.map((program) => join(folder, name, program)));
}

function playwrightFolder() {
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/ms-playwright');
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright');
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ms-playwright');
}

/** @param {string} path */
function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  // Ubuntu's chromium packages are a shell script that asks for a snap, which containers lack.
  return !(path.endsWith('chromium-browser') && startsWithScript(path) && !existsSync('/snap/bin/chromium'));
}

/** @param {string} path */
function startsWithScript(path) {
  const text = readFileSync(path);
  return text.length < 10_000 && text.subarray(0, 2).toString() === '#!' && text.includes('snap');
}

function canInstall() {
  return process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** @param {(line: string) => void} log */
async function installWithApt(log) {
  log('installing Chromium with apt-get (once)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  await run('apt-get', [...patience, 'update'], { env });
  // The font: without one a bare container draws empty boxes for letters.
  await run('apt-get', [...patience, 'install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
    env,
  });
}
