import { expect, test } from 'vitest';
import { createRooms } from '../../extension/jobs/rooms';

test('room that was given back is taken again, where it is large enough', () => {
  const rooms = createRooms(10);
  const first = rooms.take(4);
  expect(first).toHaveLength(4);
  const second = rooms.take(10);
  expect(second.buffer).not.toBe(first.buffer);
  rooms.giveBack(first);
  expect(rooms.take(20).buffer).not.toBe(first.buffer);
  expect(rooms.take(9).buffer).toBe(first.buffer);
});

test('room is given back once, and only what was taken', () => {
  const rooms = createRooms(10);
  const taken = rooms.take(3);
  rooms.giveBack(taken);
  rooms.giveBack(taken);
  const others = new Float32Array(10);
  rooms.giveBack(others);
  const [again, more] = [rooms.take(3), rooms.take(3)];
  expect(again.buffer).toBe(taken.buffer);
  expect([taken.buffer, others.buffer]).not.toContain(more.buffer);
});
