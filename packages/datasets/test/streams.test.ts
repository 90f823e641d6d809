import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import type { EpochStream } from "../src/index.ts";
import { filterStream, mapStream, shuffleStream, skipInStream, takeFromStream } from "../src/index.ts";
import { count } from "./read-batches.ts";

const readAll = async <Example>(stream: EpochStream<Example>, epoch = 0): Promise<Example[]> => {
  const found: Example[] = [];
  for await (const example of stream(epoch)) found.push(example);
  return found;
};

/** A stream that counts what is read of it, and whether it was closed. */
function makeWatched(length = Number.POSITIVE_INFINITY) {
  const watch = { read: 0, isClosed: false };
  const stream = function* () {
    try {
      for (let index = 0; index < length; index++) {
        watch.read++;
        yield index;
      }
    } finally {
      watch.isClosed = true;
    }
  };
  return { watch, stream };
}

describe("streams", () => {
  it("are changed, filtered and cut, in each epoch", async () => {
    const ofEpoch = (epoch: number) => count(4).map((index) => 10 * epoch + index);
    expect(
      await readAll(
        mapStream(ofEpoch, (value) => -value),
        1,
      ),
    ).toEqual([-10, -11, -12, -13]);
    expect(
      await readAll(
        filterStream(ofEpoch, async (value) => value % 2 === 1),
        2,
      ),
    ).toEqual([21, 23]);
    expect(await readAll(takeFromStream(ofEpoch, 2), 3)).toEqual([30, 31]);
    expect(await readAll(takeFromStream(ofEpoch, 9), 3)).toEqual(ofEpoch(3));
    expect(await readAll(skipInStream(ofEpoch, 3), 3)).toEqual([33]);
    expect(await readAll(skipInStream(new Set([1, 2]), 5))).toEqual([]);
    const chain = mapStream(takeFromStream(skipInStream(ofEpoch, 1), 2), (value) => [value]);
    expect([await readAll(chain), await readAll(chain, 1)]).toEqual([
      [[1], [2]],
      [[11], [12]],
    ]);
  });

  it("read no more than is taken, and close their source", async () => {
    const { watch, stream } = makeWatched();
    expect(await readAll(takeFromStream(stream, 3))).toEqual([0, 1, 2]);
    expect(watch).toEqual({ read: 3, isClosed: true });
    expect(await readAll(takeFromStream(stream, 0))).toEqual([]);
    expect(watch.read).toBe(3);
    watch.isClosed = false;
    for await (const _ of mapStream(stream, (value) => value, { concurrency: 4 })(0)) break;
    expect(watch).toEqual({ read: 7, isClosed: true });
  });

  it("change several examples at the same time, and keep their order and errors", async () => {
    let [running, most] = [0, 0];
    const change = async (value: number): Promise<number> => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < 10 - value; turn++) await null;
      running--;
      if (value === 7) throw new Error("seven");
      return value;
    };
    expect(await readAll(mapStream(count(7), change, { concurrency: 3 }))).toEqual(count(7));
    expect(most).toBe(3);
    const seen: number[] = [];
    const failing = mapStream(count(9), change, { concurrency: 3 })(0) as AsyncIterable<number>;
    await expect(async () => {
      for await (const value of failing) seen.push(value);
    }).rejects.toThrow("seven");
    expect(seen).toEqual(count(7));
  });

  it("are shuffled by a buffer, depending on seed and epoch", async () => {
    const shuffled = shuffleStream(count(200), { bufferSize: 20, seed: 1 });
    const first = await readAll(shuffled);
    expect(first).not.toEqual(count(200));
    expect(first.toSorted((a, b) => a - b)).toEqual(count(200));
    // The example at a place was in the buffer, which holds the 20 next ones and those that were left.
    expect(first.every((value, place) => value <= place + 20)).toBe(true);
    expect(await readAll(shuffled)).toEqual(first);
    expect(await readAll(shuffled, 1)).not.toEqual(first);
    expect(await readAll(shuffleStream(count(200), { bufferSize: 20, seed: 2 }))).not.toEqual(first);
    expect(await readAll(shuffleStream(count(50), { bufferSize: 1, seed: 2 }))).toEqual(count(50));
    const whole = await readAll(shuffleStream(count(5), { bufferSize: 100, seed: 2 }));
    expect(whole.toSorted((a, b) => a - b)).toEqual(count(5));
  });

  it("shuffle fairly: with a buffer for all, every example comes first equally often", async () => {
    const firsts = [0, 0, 0, 0];
    const shuffled = shuffleStream(count(4), { bufferSize: 4, seed: 3 });
    for (let epoch = 0; epoch < 2000; epoch++)
      firsts[(await readAll(takeFromStream(shuffled, 1), epoch))[0]!]!++;
    for (const found of firsts) expect(Math.abs(found - 500)).toBeLessThan(5 * Math.sqrt(2000 * 0.25 * 0.75));
  });

  it("of a generator can be read once", async () => {
    const once = mapStream(makeWatched(2).stream(), (value) => value);
    expect(await readAll(once)).toEqual([0, 1]);
    await expect(readAll(once)).rejects.toThrow(/mapStream: found a stream that has already been read/);
  });

  it.each([
    [() => mapStream(5 as never, (value) => value), "mapStream: found 5, expected an iterable"],
    [() => mapStream([1], 5 as never), "mapStream: change: found 5"],
    [() => mapStream([1], (value) => value, { concurrency: 0 }), "concurrency: found 0"],
    [() => filterStream([1], 5 as never), "filterStream: accepts: found 5"],
    [() => takeFromStream([1], -1), "takeFromStream: count: found -1"],
    [() => skipInStream([1], 0.5), "skipInStream: count: found 0.5"],
    [() => shuffleStream([1], {} as never), "shuffleStream: bufferSize: found undefined"],
  ])("%o is rejected", (make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });
});
