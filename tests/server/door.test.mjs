// Who is let in by a door of so many a second, on a clock of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Door } from './door.mjs';

/** How many of `perSecond` knocks a second, evenly spaced over `forMs`, are let in at once. */
function admitted(door, perSecond, forMs) {
  let count = 0;
  for (let i = 0; i < (perSecond * forMs) / 1000; i += 1) count += door.knock((i * 1000) / perSecond) === 0;
  return count;
}

test('a burst is let in at once and the next is sent away', () => {
  const door = new Door({ perSecond: 50, burst: 5 }, 0);
  assert.deepEqual(Array.from({ length: 7 }, () => door.knock(0)), [0, 0, 0, 0, 0, Infinity, Infinity]);
});

test('over 15 s so many come in as it is made for, however hard they knock', () => {
  for (const knocks of [60, 500, 5000]) {
    const count = admitted(new Door({ perSecond: 50, burst: 5 }, 0), knocks, 15_000);
    // At 60 a second the beat of knocks and tokens leaves some tokens over; never are there more than the bucket had.
    assert.ok(count <= 755 && count >= 740, `${knocks} knocks a second: ${count} came in`);
  }
});

test('who knocks less often than it is refilled always comes in', () => {
  assert.equal(admitted(new Door({ perSecond: 50, burst: 5 }, 0), 45, 10_000), 450);
});

test('quiet time fills the bucket no further than its burst', () => {
  const door = new Door({ perSecond: 50, burst: 5 }, 0);
  const later = Array.from({ length: 8 }, () => door.knock(3_600_000));
  assert.equal(later.filter((wait) => wait === 0).length, 5);
});

test('with a queue everybody gets a turn, in order, at the pace of the refill', () => {
  const door = new Door({ perSecond: 50, burst: 2, queue: true }, 0);
  assert.deepEqual(Array.from({ length: 5 }, () => door.knock(0)), [0, 0, 20, 40, 60]);
});
