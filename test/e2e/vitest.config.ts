import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests in the real workbench: slow, one at a time, each with a browser and a server of its own. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['**/*.test.ts'],
    fileParallelism: false,
    maxConcurrency: 1,
    testTimeout: 180_000,
    // The first use of a host installs it.
    hookTimeout: 900_000,
    expect: { poll: { timeout: 20_000, interval: 200 } },
    globalSetup: ['harness/install.ts'],
  },
});
