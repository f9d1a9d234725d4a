// A page of a Chromium of its own, with files served to it; its workers may share memory.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArgs, findChromium } from '../../scripts/hosts/chromium.mjs';

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const HEADERS = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** `files`: paths on disk by the address they are served at, which for a folder ends in a slash. */
export async function openPage(files) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') {
      response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/html' }).end('<!doctype html>');
      return;
    }
    const at = Object.keys(files).find((one) => one === pathname || (one.endsWith('/') && pathname.startsWith(one)));
    const below = at?.endsWith('/') ? path.normalize(`/${pathname.slice(at.length)}`) : '';
    const file = at && files[at] + below;
    const found = file && statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...HEADERS, 'Content-Type': type, 'Content-Length': found.size });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: [...chromiumArgs, '--no-proxy-server'],
  });
  const close = async () => {
    await browser.close();
    server.close();
  };
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}`);
  return { page, version: browser.version(), close };
}
