import type { Tensor } from "@evenkeel/tensor";
import { reshape, setDefaultBackend, tensor } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LateReader } from "./late-reader.ts";

// The backend of these tests only evaluates expressions, so rows are concatenated on the host.
vi.mock("@evenkeel/tensor", async (load) => {
  const actual = await load<typeof import("@evenkeel/tensor")>();
  const readValues = ({ storage, size }: Tensor): number[] => [
    ...new Float32Array(backend.getContents(storage.buffer), 0, size),
  ];
  return { ...actual, concatenate: (parts: readonly Tensor[]) => actual.tensor(parts.flatMap(readValues)) };
});

let backend: MemoryBackend;
let now: number;

beforeEach(() => {
  backend = new MemoryBackend({ launches: "evaluate" });
  setDefaultBackend(backend);
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

afterEach(() => {
  vi.restoreAllMocks();
  setDefaultBackend(undefined);
});

const makeRow = (...values: number[]): Tensor[] => values.map((value) => tensor([value]));

/** The number of steps in each read, when a step takes so many milliseconds. */
async function stepsPerRead(milliseconds: number, reads: number): Promise<number[]> {
  const reader = new LateReader<number>(16);
  const counts: number[] = [];
  for (let steps = 0; counts.length < reads; ) {
    now += milliseconds;
    reader.push(++steps, makeRow(steps));
    if (!reader.isDue) continue;
    counts.push(steps);
    steps = 0;
    await reader.readSome();
  }
  return counts;
}

test("the number of short steps per read grows to its limit", async () => {
  expect(await stepsPerRead(0, 7)).toEqual([1, 2, 4, 8, 16, 16, 16]);
});

test("the event loop runs within 50 ms, or after each step that takes longer", async () => {
  expect(Math.max(...(await stepsPerRead(10, 20)))).toBeLessThanOrEqual(5);
  expect(await stepsPerRead(700, 4)).toEqual([1, 1, 1, 1]);
});

test("timers and signals are handled during every read", async () => {
  const reader = new LateReader<number>(16);
  let turns = 0;
  setImmediate(() => turns++);
  reader.push(0, makeRow(1));
  await reader.readSome();
  expect(turns).toBe(1);
});

test("rows of any length are returned with their notes, in order, and freed", async () => {
  const reader = new LateReader<string>(16);
  reader.push("a", makeRow(1, 2));
  const matrix = tensor([[3, 4, 5]]);
  reader.push("b", [reshape(matrix, [3])]);
  await reader.readSome();
  expect(reader.take()).toBeUndefined();
  reader.push("c", makeRow(6));
  reader.leave();
  await reader.readAll();
  const rows = [reader.take(), reader.take(), reader.take(), reader.take()];
  expect(rows.map((row) => row?.note)).toEqual(["a", "b", "c", undefined]);
  expect(rows.map((row) => row && [...row.values])).toEqual([[1, 2], [3, 4, 5], [6], undefined]);
  // This tensor belongs to the test.
  matrix.dispose();
  expect(backend.buffersAlive).toBe(0);
});

test("a read is not awaited after an abort, and a later call returns its rows", async () => {
  const reader = new LateReader<string>(16);
  const controller = new AbortController();
  let give = (): void => undefined;
  const read = backend.read.bind(backend);
  backend.read = async (...place) => {
    await new Promise<void>((resolve) => {
      give = resolve;
    });
    return read(...place);
  };
  reader.push("a", makeRow(1));
  const reading = reader.readAll(controller.signal);
  controller.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  give();
  await reader.readAll();
  expect(reader.take()).toEqual({ note: "a", values: Float32Array.of(1) });
});
