import { convnet, mlp } from "@evenkeel/models";
import type { BatchRecord, FitOptions, Module } from "@evenkeel/nn";
import {
  AdamW,
  accuracy,
  BatchNorm1d,
  type CheckpointStore,
  cosine,
  crossEntropy,
  Dropout,
  evaluate,
  fit,
  Linear,
  MemoryCheckpointStore,
  ReLU,
  readStateArrays,
  Sequential,
  SGD,
  StateDictError,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, DataError, StorageError } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";
import { bars, quadrants } from "./synthetic.ts";

const device = onCpu();

const train = quadrants({ examples: 512, batchSize: 32, seed: 1 });
const held = quadrants({ examples: 512, batchSize: 64, seed: 2 });
const measures = { loss: crossEntropy, metrics: { accuracy } };

const small = (seed = 1): Sequential =>
  new Sequential(
    new Linear(2, 8, { seed }),
    new BatchNorm1d(8),
    new ReLU(),
    new Dropout(0.2, { seed }),
    new Linear(8, 2, { seed: seed + 1 }),
  );

type Options = FitOptions<Tensor, Tensor, Tensor>;

const makeOptions = (model: Module, epochs = 2): Options => ({
  ...measures,
  data: train,
  optimizer: new SGD(model, { learningRate: 0.1, momentum: 0.9, maxGradientNorm: 1 }),
  epochs,
});

/** Every value of a model, to compare runs bitwise. */
const readBits = async (model: Module): Promise<object> => Object.fromEntries(await readStateArrays(model));

describe("training", () => {
  test.each(["batch", "none"] as const)(
    "an mlp learns what no linear model can (%s)",
    async (normalization) => {
      const model = mlp({ inputs: 2, hidden: [16, 16], classes: 2, normalization, seed: 1 });
      const optimizer = new AdamW(model, { learningRate: 0.02 });
      const history = await fit(model, { ...measures, data: train, optimizer, epochs: 12 });
      const { metrics } = await evaluate(model, { ...measures, data: held });
      expect(metrics.accuracy).toBeGreaterThan(0.93);
      expect(history.epochs.at(-1)!.loss).toBeLessThan(history.epochs[0]!.loss / 2);
    },
  );

  test.each(["batch", "none"] as const)(
    "a convnet learns to distinguish bars (%s)",
    async (normalization) => {
      const model = convnet({ imageSize: 12, classes: 2, normalization, seed: 1 });
      const optimizer = new SGD(model, { learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 });
      const data = bars({ examples: 512, batchSize: 64, seed: 5 });
      await fit(model, { ...measures, data, optimizer, epochs: 6, schedule: cosine(0.05, { steps: 48 }) });
      const test = bars({ examples: 256, batchSize: 64, seed: 9 });
      expect((await evaluate(model, { ...measures, data: test })).metrics.accuracy).toBeGreaterThan(0.9);
    },
  );

  test("walks the module tree once per epoch, not per step", async () => {
    let walks = 0;
    class Counting extends Linear {
      override *members(): ReturnType<Linear["members"]> {
        walks++;
        yield* super.members();
      }
    }
    const countWalks = async (steps: number): Promise<number> => {
      const model = new Counting(2, 2, { seed: 1 });
      const optimizer = new SGD(model, { learningRate: 0.1 });
      const data = () =>
        Array.from({ length: steps }, () => ({
          inputs: { data: Float32Array.of(1, 2), shape: [1, 2] },
          labels: Int32Array.of(1),
        }));
      walks = 0;
      await fit(model, { data, loss: crossEntropy, optimizer, epochs: 1 });
      return walks;
    };
    expect(await countWalks(20)).toBe(await countWalks(2));
  });

  test("with the optimizer of another model of the same shapes is rejected", async () => {
    await expect(fit(small(), makeOptions(small()))).rejects.toThrow(
      "optimizer: 0.weight: found a parameter that the optimizer was not made for",
    );
  });

  test("reports an epoch without batches, as from an exhausted iterator", async () => {
    const model = small();
    const source = quadrants({ examples: 64, batchSize: 32, seed: 1 });
    const batches = typeof source === "function" ? source(0) : source.epoch(0);
    const run = fit(model, { ...makeOptions(model), data: () => batches });
    await expect(run).rejects.toThrow("data: found no batches in epoch 1, expected at least one");
    await expect(fit(model, { ...makeOptions(model), data: () => [] })).rejects.toThrow(ArgumentError);
  });

  test("frees the memory of its steps", async () => {
    const model = small();
    const options = makeOptions(model, 1);
    await fit(model, options);
    const { live } = device().memory();
    await fit(model, { ...options, epochs: 3, validation: held });
    // Models of earlier tests may be garbage-collected in the meantime.
    expect(device().memory().live).toBeLessThanOrEqual(live);
  });
});

describe("what is reported", () => {
  test("is every batch in order, and every epoch with the averages of its batches", async () => {
    const model = small();
    const seen: BatchRecord[] = [];
    const epochs: number[] = [];
    const history = await fit(model, {
      ...makeOptions(model),
      schedule: (step) => 0.1 / (step + 1),
      readEvery: 5,
      validation: held,
      callbacks: [
        { onBatch: (record) => void seen.push(record) },
        { onEpoch: ({ epoch }) => void epochs.push(epoch) },
      ],
    });
    expect(seen.slice(16)).toEqual(history.batches);
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 32 }, (_, step) => step));
    expect(seen[17]).toMatchObject({ epoch: 1, batch: 1, examples: 32, learningRate: 0.1 / 18 });
    expect(epochs).toEqual([0, 1]);
    const losses = seen.slice(16).map(({ loss }) => loss);
    expect(history.epochs[1]).toMatchObject({ epoch: 1, steps: 32, examples: 512 });
    expect(history.epochs[1]!.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 16, 10);
    expect(history.epochs[1]!.validation!.examples).toBe(512);
    expect(history.epochs[1]!.validation!.metrics.accuracy).toBeGreaterThan(0);
  });

  test("does not depend on when it is read", async () => {
    const [often, rarely] = [small(), small()];
    const first = await fit(often, { ...makeOptions(often), readEvery: 1 });
    const second = await fit(rarely, { ...makeOptions(rarely), readEvery: 1000 });
    expect(second.batches).toEqual(first.batches);
    expect(await readBits(rarely)).toEqual(await readBits(often));
  });

  test("includes a probe after every given number of updates, which may evaluate", async () => {
    const model = small();
    const looks: number[] = [];
    await fit(model, {
      ...makeOptions(model),
      probe: {
        every: 10,
        run: async ({ steps }) => {
          await evaluate(model, { ...measures, data: held });
          expect(model.isTraining).toBe(true);
          looks.push(steps);
        },
      },
    });
    expect(looks).toEqual([10, 20, 30]);
  });

  test("a callback can stop the run", async () => {
    const model = small();
    const history = await fit(model, {
      ...makeOptions(model, 100),
      callbacks: [{ onEpoch: ({ epoch }, _history, control) => (epoch === 1 ? control.stop() : undefined) }],
    });
    expect(history.epochs).toHaveLength(2);
  });
});

describe("a run that is interrupted", () => {
  /** The uninterrupted run, which every resumed run must equal. */
  async function whole(epochs = 3): Promise<{ bits: object; losses: number[] }> {
    const model = small();
    const { batches } = await fit(model, makeOptions(model, epochs));
    return { bits: await readBits(model), losses: batches.map(({ loss }) => loss) };
  }

  async function resumed(store: CheckpointStore): Promise<{ bits: object; losses: number[] }> {
    const model = small(77);
    const { batches } = await fit(model, { ...makeOptions(model, 3), checkpoint: { store }, resumed: true });
    return { bits: await readBits(model), losses: batches.map(({ loss }) => loss) };
  }

  test("after an epoch resumes with the same bits", async () => {
    const store = new MemoryCheckpointStore();
    const model = small();
    await fit(model, { ...makeOptions(model, 2), checkpoint: { store } });
    expect(await resumed(store)).toEqual(await whole());
  });

  test("in the middle of an epoch, by a signal, resumes with the same bits", async () => {
    const store = new MemoryCheckpointStore();
    const model = small();
    const controller = new AbortController();
    const run = fit(model, {
      ...makeOptions(model, 3),
      checkpoint: { store },
      signal: controller.signal,
      probe: { every: 21, run: () => controller.abort(new Error("enough")) },
    });
    await expect(run).rejects.toThrow("enough");
    expect(await resumed(store)).toEqual(await whole());
  });

  test("without warning resumes from the last checkpoint within the epoch", async () => {
    const store = new MemoryCheckpointStore();
    const model = small();
    const run = fit(model, {
      ...makeOptions(model, 3),
      checkpoint: { store, name: "latest", everySteps: 7 },
      probe: {
        every: 17,
        run: () => {
          throw new Error("power cut");
        },
      },
    });
    await expect(run).rejects.toThrow("power cut");
    expect(await store.list()).toEqual(["latest"]);
    expect(await resumed(store)).toEqual(await whole());
  });

  test("before its first checkpoint starts again", async () => {
    const model = small();
    const { batches } = await fit(model, {
      ...makeOptions(model, 3),
      checkpoint: { store: new MemoryCheckpointStore() },
      resumed: true,
    });
    expect(batches.map(({ loss }) => loss)).toEqual((await whole()).losses);
  });
});

describe("a checkpoint", () => {
  async function saved(): Promise<MemoryCheckpointStore> {
    const store = new MemoryCheckpointStore();
    const model = small();
    await fit(model, { ...makeOptions(model, 1), checkpoint: { store } });
    return store;
  }

  test("of another model is rejected, and changes nothing", async () => {
    const store = await saved();
    const model = mlp({ inputs: 2, hidden: [8], classes: 2, seed: 4 });
    const before = await readBits(model);
    const run = fit(model, { ...makeOptions(model, 2), checkpoint: { store }, resumed: true });
    await expect(run).rejects.toThrow(StateDictError);
    expect(await readBits(model)).toEqual(before);
  });

  test("of another optimizer is rejected before the model changes", async () => {
    const store = await saved();
    const model = small(9);
    const before = await readBits(model);
    const optimizer = new AdamW(model, { learningRate: 0.1 });
    const run = fit(model, { ...makeOptions(model, 2), optimizer, checkpoint: { store }, resumed: true });
    await expect(run).rejects.toThrow('rule: found "SGD", expected "AdamW"');
    expect(await readBits(model)).toEqual(before);
  });

  test("that cannot be written ends the run with the store's error, and the model remains usable", async () => {
    const model = small();
    class FullStore extends MemoryCheckpointStore {
      override async save(name: string): Promise<void> {
        throw new StorageError(`${name}: could not be written: the disk is full`);
      }
    }
    const run = fit(model, { ...makeOptions(model), checkpoint: { store: new FullStore() } });
    await expect(run).rejects.toThrow(StorageError);
    expect((await fit(model, makeOptions(model, 1))).epochs).toHaveLength(1);
  });

  test("that is damaged or truncated is rejected", async () => {
    const store = await saved();
    const bytes = (await store.load("latest"))!;
    const model = small();
    const resume = async (damaged: Uint8Array) => {
      await store.save("latest", damaged);
      return fit(model, { ...makeOptions(model, 2), checkpoint: { store }, resumed: true });
    };
    await expect(resume(bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1) as Uint8Array)).rejects.toThrow(
      /"latest".*checksum/,
    );
    await expect(resume(bytes.subarray(0, bytes.length / 2))).rejects.toThrow(DataError);
  });
});

describe("evaluation", () => {
  test("averages over examples, including a short last batch, and restores every mode", async () => {
    const model = small();
    model.modules[1]!.eval();
    const modes = () => [...model.namedModules()].map(([, { isTraining }]) => isTraining);
    const before = modes();
    const all = quadrants({ examples: 96, batchSize: 96, seed: 3 });
    const [{ inputs, labels }] = [...(all as (epoch: number) => Iterable<never>)(0)] as unknown as [
      { inputs: { data: Float32Array }; labels: Int32Array },
    ];
    const cut = () =>
      [0, 64].map((first) => {
        const rows = Math.min(96, first + 64) - first;
        return {
          inputs: { data: inputs.data.subarray(2 * first, 2 * (first + rows)), shape: [rows, 2] },
          labels: labels.subarray(first, first + rows),
        };
      });
    const once = await evaluate(model, { ...measures, data: all });
    const twice = await evaluate(model, { ...measures, data: cut });
    expect(twice.loss).toBeCloseTo(once.loss, 5);
    expect(twice.metrics.accuracy).toBeCloseTo(once.metrics.accuracy!, 5);
    expect(twice.examples).toBe(96);
    expect(modes()).toEqual(before);
  });

  test("can be aborted, and then restores the modes too", async () => {
    const model = small();
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(evaluate(model, { ...measures, data: held, signal })).rejects.toThrow("enough");
    expect(model.isTraining).toBe(true);
  });
});

test.each<[string, Partial<Options>]>([
  ["epochs", { epochs: -1 }],
  ["readEvery", { readEvery: 0 }],
  ["probe.every", { probe: { every: 1.5, run: () => undefined } }],
  ["checkpoint: everySteps", { checkpoint: { store: new MemoryCheckpointStore(), everySteps: 0 } }],
  ["resumed", { resumed: true }],
])("a wrong option is named: %s", async (name, options) => {
  const model = small();
  const run = fit(model, { ...makeOptions(model), ...options });
  await expect(run).rejects.toThrow(ArgumentError);
  await expect(fit(model, { ...makeOptions(model), ...options })).rejects.toThrow(name);
});
