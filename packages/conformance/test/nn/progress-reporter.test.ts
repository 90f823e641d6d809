import {
  fit,
  Linear,
  MemoryCheckpointStore,
  mse,
  ProgressReporter,
  type RunProgress,
  SGD,
} from "@evenkeel/nn";
import { ArgumentError } from "@evenkeel/tensor";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

/** Every look at the clock takes a second. */
let now = 0;
beforeEach(() => {
  vi.spyOn(performance, "now").mockImplementation(() => (now += 1000));
});
afterEach(() => vi.restoreAllMocks());

const batch = (examples: number) => ({
  inputs: { data: new Float32Array(examples).fill(1), shape: [examples, 1] },
  labels: { data: new Float32Array(examples), shape: [examples, 1] },
});
const data = () => [batch(1), batch(3)];

const make = (epochs: number) => {
  const model = new Linear(1, 1, { seed: 1 });
  const optimizer = new SGD(model, { learningRate: 0.1 });
  return [model, { data, validation: data, loss: mse, optimizer, epochs }] as const;
};

test("a run reports its start, its batches with means so far, its epochs, and its end", async () => {
  const [model, options] = make(2);
  const seen: RunProgress[] = [];
  const losses: number[] = [];
  const callbacks = [
    new ProgressReporter((progress) => seen.push(progress)),
    { onBatch: ({ loss }: { loss: number }) => void losses.push(loss) },
  ];
  const { epochs } = await fit(model, { ...options, callbacks });
  expect(seen.map(({ at, epoch, batch, batches }) => [at, epoch, batch, batches])).toEqual([
    ["start", 0, 0, undefined],
    ["batch", 1, 1, undefined],
    ["batch", 1, 2, undefined],
    ["epoch", 1, 2, 2],
    ["batch", 2, 1, 2],
    ["batch", 2, 2, 2],
    ["epoch", 2, 2, 2],
    ["end", 2, 2, 2],
  ]);
  expect(seen[1]!.values).toEqual({ loss: losses[0] });
  expect(seen[2]!.values.loss).toBeCloseTo((losses[0]! + 3 * losses[1]!) / 4, 12);
  expect(seen[3]!.values).toEqual({ loss: epochs[0]!.loss, val_loss: epochs[0]!.validation!.loss });
  expect(seen[2]!.secondsLeft).toBeUndefined();
  expect(seen[4]!.secondsLeft).toBeGreaterThan(0);
  expect(seen[6]!.secondsLeft).toBe(0);
  expect(seen[4]!.examplesPerSecond).toBeGreaterThan(0);
});

test("a source that tells its number of batches gives the remaining time at once, also in a resumed run", async () => {
  const checkpoint = { store: new MemoryCheckpointStore() };
  const told = { epoch: data, batchesPerEpoch: 2 };
  for (const [resumed, expected] of [
    [false, ["start", 0]],
    [true, ["start", 1]],
  ] as const) {
    const [model, options] = make(resumed ? 3 : 1);
    const seen: RunProgress[] = [];
    const callbacks = [new ProgressReporter((progress) => seen.push(progress))];
    await fit(model, { ...options, data: told, checkpoint, resumed, callbacks });
    expect([seen[0]!.at, seen[0]!.epoch]).toEqual(expected);
    expect(seen[0]!.batches).toBe(2);
    expect(seen[1]!.secondsLeft).toBeGreaterThan(0);
    expect(seen[1]!.epoch).toBe(resumed ? 2 : 1);
  }
});

test("reports come at most ten times a second", async () => {
  vi.mocked(performance.now).mockImplementation(() => (now += 1));
  const [model, options] = make(1);
  const seen: string[] = [];
  const callbacks = [new ProgressReporter(({ at }) => seen.push(at))];
  const many = () => Array.from({ length: 50 }, () => batch(1));
  await fit(model, { ...options, data: many, callbacks });
  expect(seen.filter((at) => at === "batch").length).toBeLessThan(10);
  expect(seen.slice(-2)).toEqual(["epoch", "end"]);
});

test("an error of the run is reported, and anything but a function is refused", async () => {
  const [model, options] = make(1);
  const seen: string[] = [];
  const fail = () => {
    throw new Error("enough");
  };
  const callbacks = [new ProgressReporter(({ at }) => seen.push(at)), { onBatch: fail }];
  await expect(fit(model, { ...options, callbacks })).rejects.toThrow("enough");
  expect(seen.at(-1)).toBe("error");
  expect(() => new ProgressReporter(3 as never)).toThrow(ArgumentError);
});
