import { createServer } from 'node:net';

/**
 * A TCP port on 127.0.0.1 that nobody listens to: the preferred one if it is free, else any.
 * @param {number} [preferred] 0 or nothing for any
 * @returns {Promise<number>}
 */
export async function freePort(preferred = 0) {
  try {
    return await tryPort(preferred);
  } catch {
    return tryPort(0);
  }
}

/**
 * @param {number} port
 * @returns {Promise<number>}
 */
function tryPort(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
