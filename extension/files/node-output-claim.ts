import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/** Says which process writes a folder aside; gone before the folder gets its final name. */
const CLAIM = '.writing-process.json';

interface Claim {
  readonly pid: number;
  readonly host: string;
}

/**
 * Makes the folder aside, empty. One left by a process that is gone is thrown away; one that a living process
 * writes is refused, because two writers would mix their files.
 */
export async function claimFolder(aside: string): Promise<void> {
  try {
    await mkdir(aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await refuseLiving(aside);
    await rm(aside, { recursive: true, force: true });
    await mkdir(aside);
  }
  const claim: Claim = { pid: process.pid, host: hostname() };
  await writeFile(path.join(aside, CLAIM), JSON.stringify(claim), { flag: 'wx' });
}

export async function releaseFolder(aside: string): Promise<void> {
  await rm(path.join(aside, CLAIM), { force: true });
}

async function refuseLiving(aside: string): Promise<void> {
  const claim = await readClaim(aside);
  if (claim?.host !== hostname() || !isRunning(claim.pid)) return;
  throw new Error(
    `${aside}: process ${claim.pid} is writing this output; wait for it, or delete the folder when it is not Downcast`,
  );
}

async function readClaim(aside: string): Promise<Claim | undefined> {
  try {
    const claim = JSON.parse(await readFile(path.join(aside, CLAIM), 'utf8')) as Partial<Claim>;
    return typeof claim.pid === 'number' && typeof claim.host === 'string' ? (claim as Claim) : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
