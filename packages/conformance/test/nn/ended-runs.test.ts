import type { FitOptions, RunControl } from "@evenkeel/nn";
import {
  crossEntropy,
  evaluate,
  fit,
  Linear,
  MemoryCheckpointStore,
  NonFiniteLossError,
  SGD,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const values = Float32Array.from({ length: 8 }, (_, index) => Math.sin(index));
const batch = (inputs = values) => ({
  inputs: { data: inputs, shape: [4, 2] },
  labels: Int32Array.of(0, 1, 0, 1),
});
const poisoned = () => batch(new Float32Array(8).fill(Number.NaN));
const batches = (count: number) => Array.from({ length: count }, () => batch());

type Options = FitOptions<Tensor, Tensor, Tensor>;

function makeRun(options: Partial<Options> = {}) {
  const model = new Linear(2, 3, { seed: 1 });
  const optimizer = new SGD(model, { learningRate: 0.1 });
  const settings: Options = { data: () => batches(12), loss: crossEntropy, optimizer, epochs: 1, ...options };
  return { model, settings, train: (more: Partial<Options> = {}) => fit(model, { ...settings, ...more }) };
}

const stopAfter = (every: number) => ({ every, run: (_at: object, control: RunControl) => control.stop() });
const abortAfter = (every: number, reason: Error) => {
  const controller = new AbortController();
  return { signal: controller.signal, probe: { every, run: () => controller.abort(reason) } };
};

const isPresent = async (store: MemoryCheckpointStore) => (await store.list()).length > 0;

describe("a run that is stopped within an epoch", () => {
  test("has reported every batch that it trained on", async () => {
    const seen: number[] = [];
    const callbacks = [{ onBatch: ({ step }: { step: number }) => void seen.push(step) }];
    const { batches } = await makeRun().train({ callbacks, probe: stopAfter(9) });
    expect(batches.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(seen).toHaveLength(9);
  });

  test("does not hide a NaN loss", async () => {
    const run = makeRun({ data: () => [...batches(8), poisoned(), batch()] });
    await expect(run.train({ probe: stopAfter(9) })).rejects.toThrow(NonFiniteLossError);
  });

  test("does not wait for the next item of its source, nor for its failure", async () => {
    let isAnswered = false;
    async function* live() {
      yield batch();
      await new Promise(() => undefined);
      isAnswered = true;
      yield batch();
    }
    const { batches, epochs } = await makeRun({ data: live }).train({ probe: stopAfter(1) });
    expect([batches.length, epochs.length, isAnswered]).toEqual([1, 0, false]);
    function* failing() {
      yield batch();
      throw new Error("no next file");
    }
    expect((await makeRun({ data: failing }).train({ probe: stopAfter(1) })).batches).toHaveLength(1);
  });

  test.each<[string, Options["data"]]>([
    ["an array", () => batches(3)],
    [
      "a generator",
      function* () {
        yield* batches(3);
      },
    ],
    [
      "an asynchronous generator",
      async function* () {
        yield* batches(3);
      },
    ],
    [
      "a source of a known length that would wait",
      {
        batchesPerEpoch: 3,
        async *epoch() {
          yield* batches(3);
          await new Promise(() => undefined);
        },
      } as Options["data"],
    ],
  ])("at its last batch completes the epoch: %s", async (_, data) => {
    const store = new MemoryCheckpointStore();
    const run = makeRun({ data, checkpoint: { store }, validation: () => batches(1), epochs: 2 });
    const { epochs } = await run.train({ probe: stopAfter(3) });
    expect(epochs).toMatchObject([{ steps: 3, validation: { examples: 4 } }]);
    expect(await isPresent(store)).toBe(true);
  });
});

describe("a run that is aborted", () => {
  const reason = new Error("enough");

  test("before its first step does not change the checkpoint of another run", async () => {
    const store = new MemoryCheckpointStore();
    await makeRun().train({ checkpoint: { store } });
    const before = await store.load("latest");
    const aborted = makeRun().train({ checkpoint: { store }, signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
    expect(await store.load("latest")).toEqual(before);
  });

  test("or whose step fails is saved, and reports so, even if its source cannot clean up", async () => {
    function* unclean(labels = [0, 1, 0, 1]) {
      try {
        yield* batches(3);
        for (;;) yield { ...batch(), labels: Int32Array.from(labels) };
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what a source may do
        throw new Error("cannot clean up");
      }
    }
    for (const labels of [
      [0, 1, 0, 1],
      [0, 1, 2, 3],
    ]) {
      const store = new MemoryCheckpointStore();
      const run = makeRun({ data: () => unclean(labels), checkpoint: { store } }).train(
        abortAfter(5, reason),
      );
      await expect(run).rejects.toThrow(labels[3] === 3 ? "batch 3 (step 3)" : "enough");
      expect(await isPresent(store)).toBe(true);
    }
    await expect(makeRun({ data: () => unclean() }).train({ probe: stopAfter(2) })).rejects.toThrow(
      "clean up",
    );
    const { model, settings } = makeRun({ data: () => unclean([0, 1, 2, 3]) });
    await expect(evaluate(model, { data: settings.data, loss: crossEntropy })).rejects.toThrow("batch 3");
  });

  test.each(["throw", "stop"] as const)(
    "with a loss that is no number is not saved, and does not go on (%s)",
    async (onNonFinite) => {
      const store = new MemoryCheckpointStore();
      const run = makeRun({ data: () => [...batches(8), poisoned(), ...batches(3)], onNonFinite });
      const aborted = run.train({ ...abortAfter(9, reason), checkpoint: { store } });
      await expect(aborted).rejects.toBe(reason);
      expect(await isPresent(store)).toBe(false);
      await expect(run.train({ resumed: true })).rejects.toThrow(/resumed: found a run .* found NaN/);
    },
  );
});

test("a callback that throws at a NaN loss does not hide the loss from the next call", async () => {
  const onBatch = ({ loss }: { loss: number }) => {
    if (Number.isNaN(loss)) throw new Error("no such chart");
  };
  const run = makeRun({ data: () => [batch(), poisoned()] });
  await expect(run.train({ callbacks: [{ onBatch }] })).rejects.toThrow("no such chart");
  await expect(run.train({ resumed: true })).rejects.toThrow(/resumed: found a run .* found NaN/);
});

describe("a run in memory is not resumed", () => {
  const checkpoint = (run?: string) => ({ store: new MemoryCheckpointStore(), run });
  const constant = () => tensor([1]);

  test("by a run of another name, of fewer epochs or of other metrics", async () => {
    const run = makeRun({ epochs: 2, metrics: { constant }, checkpoint: checkpoint("a") });
    await run.train({ probe: stopAfter(17) });
    const refused = async (more: Partial<Options>, words: string) => {
      const resume = () => run.train({ checkpoint: checkpoint("a"), resumed: true, ...more });
      await expect(resume()).rejects.toThrow(ArgumentError);
      await expect(resume()).rejects.toThrow(words);
    };
    await refused({ checkpoint: checkpoint("b") }, 'run: found "a", expected "b"');
    await refused({ checkpoint: undefined }, 'run: found "a", expected null');
    await refused({ epochs: 1 }, "a run in epoch 2, expected at most 1 epochs");
    await refused({ metrics: {} }, 'metrics: found ["constant"], expected []');
    await refused({ metrics: { other: constant } }, 'metrics: found ["constant"], expected ["other"]');
    const { epochs, batches } = await run.train({ resumed: true, checkpoint: checkpoint("a") });
    expect([epochs.length, batches.length]).toEqual([2, 12]);
    expect(epochs[1]!.metrics).toEqual({ constant: 1 });
  });
});

test("a run whose optimizer was disposed, or has loaded another state, is not resumed without a checkpoint", async () => {
  const run = makeRun();
  await run.train({ probe: stopAfter(3) });
  run.settings.optimizer.dispose();
  await expect(run.train({ resumed: true })).rejects.toThrow(
    "found a run in memory that cannot be continued (its optimizer was disposed, or loaded another state), expected a checkpoint",
  );
  const other = makeRun();
  const state = await other.settings.optimizer.readStateArrays();
  await other.train({ probe: stopAfter(3) });
  other.settings.optimizer.loadState(state);
  await expect(other.train({ resumed: true })).rejects.toThrow(ArgumentError);
});

test("a run whose step failed halfway asks for a checkpoint", async () => {
  const run = makeRun();
  const failing = { every: 3, run: () => void run.settings.optimizer.invalidate(new Error("launch lost")) };
  await expect(run.train({ probe: failing })).rejects.toThrow("halfway (Error: launch lost)");
  await expect(run.train({ resumed: true })).rejects.toThrow(
    /cannot be continued \(.*launch lost.*\), expected a checkpoint/s,
  );
});

test("the time of an epoch does not count for the next if a callback throws in between", async () => {
  async function* data(epoch: number) {
    if (epoch === 0) await new Promise((resolve) => setTimeout(resolve, 300));
    yield batch();
  }
  const run = makeRun({ data, epochs: 2 });
  const onEpoch = () => {
    throw new Error("no such disk");
  };
  await expect(run.train({ callbacks: [{ onEpoch }] })).rejects.toThrow("no such disk");
  const [first, second] = (await run.train({ resumed: true })).epochs;
  expect(second!.milliseconds).toBeLessThan(first!.milliseconds);
});

test("an evaluation without batches is rejected", async () => {
  const { model } = makeRun();
  const evaluation = evaluate(model, { data: () => [], loss: crossEntropy });
  await expect(evaluation).rejects.toThrow(ArgumentError);
  await expect(evaluation).rejects.toThrow("evaluate: data: found no batches in epoch 0");
});
