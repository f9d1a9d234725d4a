// The server behind web-host.mjs: `node web-host-server.mjs OPTIONS_AS_JSON` serves until it is ended.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { amended, onOneOrigin } from './web-host-amendments.mjs';

/**
 * @typedef {object} ServerOptions
 * @property {string} location the VS Code build
 * @property {string} version of it
 * @property {number} port
 * @property {string} folder
 * @property {string} extensionDir
 * @property {string} [extensionTestsPath]
 * @property {Readonly<Record<string, unknown>>} settings
 */

/**
 * The part of a Koa application that is used here.
 * @typedef {object} KoaApplication
 * @property {((context: { path: string, status: number, body: unknown }, next: () => Promise<void>) => Promise<void>)[]} middleware
 * @property {() => import("node:http").RequestListener} callback
 */

/** @type {ServerOptions} */
const options = JSON.parse(process.argv[2] ?? '');

// The package's own entry downloads a build; the application under it takes one that is there.
/** @type {KoaApplication} */
const app = await createRequire(import.meta.url)('@vscode/test-web/out/server/app.js').default({
  build: { type: 'static', location: options.location, quality: 'stable', version: options.version },
  extensionDevelopmentPath: options.extensionDir,
  extensionTestsPath: options.extensionTestsPath,
  folderMountPath: options.folder,
  esm: true,
  // Cross-origin isolation keeps this build's extension host from starting.
  coi: false,
});

app.middleware.unshift(async (context, next) => {
  await next();
  if (context.path === '/' && typeof context.body === 'string') context.body = configured(context.body);
  const amend = amended[context.path];
  if (amend && context.status === 200) {
    context.body = amend(await text(/** @type {import("node:stream").Readable} */ (context.body)));
  }
});

createServer(app.callback()).listen(options.port, '127.0.0.1', () => console.log('listening'));

/**
 * Completes the page's workbench configuration. Settings become defaults: the page's user data
 * lives in the browser.
 * @param {string} page
 */
function configured(page) {
  const attribute = /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)(")/;
  return page.replace(attribute, (_, before, json, after) => {
    const configuration = JSON.parse(json.replace(/&quot;/g, '"'));
    configuration.configurationDefaults = options.settings;
    configuration.productConfiguration = onOneOrigin(configuration.productConfiguration);
    return before + JSON.stringify(configuration).replace(/"/g, '&quot;') + after;
  });
}
