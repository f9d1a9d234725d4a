import { expect, test } from 'vitest';
import { writeBehind } from '../../extension/jobs/write-behind';

/** A file whose writes end when they are told to. */
function slowFile() {
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  return {
    ends,
    write: () => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })),
    finish: () => Promise.resolve(),
  };
}

const some = new Uint8Array(4);
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test('two writes are not waited for, the third waits for the first', async () => {
  const file = slowFile();
  const behind = writeBehind(file);
  await behind.write(0, some);
  await behind.write(4, some);
  let third = false;
  const waiting = behind.write(8, some).then(() => (third = true));
  await soon();
  expect(file.ends).toHaveLength(3);
  expect(third).toBe(false);
  file.ends[0]!.resolve();
  await waiting;
});

test('settle waits for all of them', async () => {
  const file = slowFile();
  const behind = writeBehind(file);
  await behind.write(0, some);
  await behind.write(4, some);
  let settled = false;
  const waiting = behind.settle().then(() => (settled = true));
  file.ends[1]!.resolve();
  await soon();
  expect(settled).toBe(false);
  file.ends[0]!.resolve();
  await waiting;
});

test('a failure is told by a later write or by settle', async () => {
  const file = slowFile();
  const behind = writeBehind(file);
  await behind.write(0, some);
  await behind.write(4, some);
  file.ends[0]!.reject(new Error('the disk is full'));
  await expect(behind.write(8, some)).rejects.toThrow('the disk is full');
  file.ends[1]!.reject(new Error('still full'));
  file.ends[2]!.resolve();
  await expect(behind.settle()).rejects.toThrow('still full');
});
