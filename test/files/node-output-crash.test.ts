import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** strace makes the system call fail or kills the process in it, so every point of a crash can be tried. */
const canTrace = spawnSync('strace', ['-V']).status === 0 && spawnSync('strace', ['-qq', 'true']).status === 0;

let home: string;
let script: string;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'downcast-crash-'));
  script = path.join(home, 'write-output.mjs');
  const entry = path.join(import.meta.dirname, 'write-output.ts');
  await build({
    entryPoints: [entry],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

// One thread for files, because strace counts calls a thread; no io_uring, because strace does not see into it.
const env = { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };

function write(out: string, content: string): string {
  return execFileSync(process.execPath, [script, out, content], { env, encoding: 'utf8' });
}

interface Injected {
  /** Whether the call was made that often at all. */
  readonly hit: boolean;
  readonly said: string;
}

function writeInjected(out: string, content: string, call: string, fault: string, when: number): Injected {
  const inject = `inject=${call}:${fault}:when=${when}`;
  const args = ['-f', '-qq', '-o', path.join(home, 'trace'), '-e', `trace=${call}`, '-e', inject];
  const { stdout, signal } = spawnSync('strace', [...args, process.execPath, script, out, content], {
    env,
    encoding: 'utf8',
  });
  const hit = signal !== null || /INJECTED|SIGKILL/.test(readFileSync(path.join(home, 'trace'), 'utf8'));
  return { hit, said: stdout };
}

/** What a user finds under the name: a whole output by its content, or nothing. */
function found(out: string): string {
  if (!existsSync(out)) return 'nothing';
  const content = readFileSync(path.join(out, 'model.safetensors'), 'utf8');
  const manifest = JSON.parse(readFileSync(path.join(out, 'downcast.json'), 'utf8')) as { content: string };
  return manifest.content === content ? content : 'a mixture';
}

const beside = (out: string): string[] => readdirSync(path.dirname(out)).filter((name) => name !== path.basename(out));

describe.skipIf(!canTrace)('a process that is killed', () => {
  test.each(['pwrite64', 'fsync', 'rename', 'mkdir', 'unlink', 'rmdir'])(
    'in any %s leaves the old or the new output, whole',
    { timeout: 120_000 },
    (call) => {
      for (let when = 1; ; when++) {
        const out = path.join(mkdtempSync(path.join(home, `${call}-`)), 'out');
        write(out, 'old');
        const { hit } = writeInjected(out, 'new', call, 'signal=SIGKILL', when);
        if (!hit) {
          expect(found(out)).toBe('new');
          expect(when, `${call} was never called`).toBeGreaterThan(1);
          return;
        }
        // Between two renames neither stands under the name; the old one waits beside and comes back.
        if (found(out) === 'nothing') expect(beside(out)).toContain('out.replaced-new');
        else expect(['old', 'new']).toContain(found(out));
        expect(write(out, 'again')).toBe('committed');
        expect(found(out)).toBe('again');
        expect(beside(out).filter((name) => name !== 'out.partial-new')).toEqual([]);
      }
    },
  );
});

describe.skipIf(!canTrace)('a disk that fails', () => {
  test.each([
    ['pwrite64', 'ENOSPC'],
    ['pwrite64', 'EIO'],
    ['fsync', 'EIO'],
    ['rename', 'EACCES'],
  ])('%s with %s in any place leaves a whole output and says so', { timeout: 120_000 }, (call, code) => {
    for (let when = 1; ; when++) {
      const out = path.join(mkdtempSync(path.join(home, `${call}-${code}-`)), 'out');
      write(out, 'old');
      const { hit, said } = writeInjected(out, 'new', call, `error=${code}`, when);
      if (!hit) return;
      if (said === 'committed') {
        // Only the deleting of the old output may fail unsaid: its rests are there to show it.
        expect(found(out)).toBe('new');
        expect(beside(out)).toEqual(['out.replaced-new']);
        expect(write(out, 'again')).toBe('committed');
        expect(beside(out)).toEqual([]);
        continue;
      }
      expect(said).toContain('gave up: ');
      expect(said).toContain(code);
      // The last sync is of the folder above: the new output is in place, only not for certain.
      expect(['old', 'new']).toContain(found(out));
      expect(beside(out).filter((name) => name.includes('partial'))).toEqual([]);
    }
  });
});
