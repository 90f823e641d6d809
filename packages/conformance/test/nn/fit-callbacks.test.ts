import {
  AdamW,
  BatchNorm1d,
  type Callback,
  crossEntropy,
  type FitOptions,
  fit,
  Linear,
  loadModel,
  MemoryCheckpointStore,
  type Module,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import { keep, sum, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test, vi } from "vitest";
import { onCpu } from "../on-cpu.ts";
import { quadrants } from "./synthetic.ts";

onCpu();

const train = quadrants({ examples: 96, batchSize: 16, seed: 1 });
const held = quadrants({ examples: 32, batchSize: 16, seed: 2 });

const makeNet = (): Sequential =>
  new Sequential(new Linear(2, 6, { seed: 1 }), new BatchNorm1d(6), new Linear(6, 2, { seed: 2 }));

type Options = FitOptions<Tensor, Tensor, Tensor>;

const run = (model: Module, options: Partial<Options> = {}) =>
  fit(model, {
    data: train,
    loss: crossEntropy,
    optimizer: new AdamW(model, { learningRate: 0.05 }),
    epochs: 2,
    ...options,
  });

const readBits = async (model: Module): Promise<object> => Object.fromEntries(await readStateArrays(model));

/** A callback that notes every call, with the number of its batch, validation or epoch. */
function noteCalls(calls: string[], name: string): Callback {
  const note = (text: string): void => void calls.push(`${name} ${text}`);
  return {
    onStart: () => note("start"),
    onStep: ({ step }) => note(`step ${step}`),
    onBatch: async ({ step }) => note(`batch ${step}`),
    onValidation: async ({ steps }) => note(`validation ${steps}`),
    onEpoch: ({ epoch }) => note(`epoch ${epoch}`),
    onEnd: async () => note("end"),
    onError: (error) => note(`error ${(error as Error).message}`),
  };
}

describe("callbacks", () => {
  const both = (event: string): string[] => [`a ${event}`, `b ${event}`];

  test("are called in their order, each when the one before has finished", async () => {
    const calls: string[] = [];
    const slow: Callback = { onBatch: () => new Promise((resolve) => setTimeout(resolve)) };
    const callbacks = [noteCalls(calls, "a"), slow, noteCalls(calls, "b")];
    await run(makeNet(), { epochs: 1, readEvery: 1, validation: held, validateEvery: 3, callbacks });
    const order = [0, 1, 2, 3, 4, 5].flatMap((step) => [
      ...both(`step ${step}`),
      ...both(`batch ${step}`),
      ...((step + 1) % 3 === 0 ? both(`validation ${step + 1}`) : []),
    ]);
    // A batch is reported when its values have been read, which may be some steps later.
    const withoutBatches = (list: string[]) => list.filter((call) => !call.includes("batch"));
    expect(withoutBatches(calls)).toEqual(
      withoutBatches([...both("start"), ...order, ...both("epoch 0"), ...both("end")]),
    );
    expect(calls.filter((call) => call.includes("batch"))).toEqual(
      order.filter((call) => call.includes("batch")),
    );
  });

  const listeners = ["onStart", "onStep", "onBatch", "onValidation", "onEpoch", "onEnd"] as const;

  test.each(listeners)(
    "that throw in %s end the run, and those behind it are told only of the error",
    async (name) => {
      const calls: string[] = [];
      const failing = {
        [name]: () => {
          throw new Error("broken chart");
        },
        onError: () => {
          throw new Error("and broken again");
        },
      };
      const callbacks = [failing, noteCalls(calls, "b")];
      const options = { validation: held, validateEvery: 2, callbacks };
      await expect(run(makeNet(), options)).rejects.toThrow("broken chart");
      const event = name.slice(2).toLowerCase();
      expect(calls.filter((call) => call.startsWith(`b ${event}`))).toEqual([]);
      // The run has ended well when `onEnd` is called.
      const told = name === "onEnd" ? [] : [expect.stringMatching(/^b error (fit: .*)?broken chart/)];
      expect(calls.filter((call) => call.startsWith("b error"))).toEqual(told);
    },
  );

  test("see the gradients of each step before its update, which an error takes back", async () => {
    const model = makeNet();
    const optimizer = new SGD(model, { learningRate: 0.1 });
    const seen: { loss: Tensor; total: Tensor; rate: number }[] = [];
    const before = await readBits(model);
    const onStep: Callback["onStep"] = ({ step, loss, gradients, learningRate }) => {
      if (step === 1) throw new Error("enough");
      expect(gradients.map(({ shape }) => shape)).toEqual(
        [...model.parameters()].map(({ value }) => value.shape),
      );
      seen.push({ loss: keep(tensor([0])), total: keep(sum(gradients.at(-1)!)), rate: learningRate });
      expect(loss.size).toBe(1);
    };
    await expect(run(model, { optimizer, callbacks: [{ onStep }] })).rejects.toThrow("enough");
    expect(seen).toHaveLength(1);
    expect(seen[0]!.rate).toBe(0.1);
    // Those of the biases of two classes cancel out.
    expect(Math.abs(await seen[0]!.total.item())).toBeLessThan(1e-6);
    const other = makeNet();
    const one = {
      data: (epoch: number) => [...(train as (epoch: number) => Iterable<never>)(epoch)].slice(0, 1),
    };
    await run(other, { ...one, epochs: 1, optimizer: new SGD(other, { learningRate: 0.1 }) });
    expect(await readBits(model)).toEqual(await readBits(other));
    expect(await readBits(model)).not.toEqual(before);
    const late = { onStep: async () => undefined } as unknown as Callback;
    await expect(run(makeNet(), { callbacks: [late] })).rejects.toThrow(
      "onStep: found a function that returns a promise",
    );
  });

  test("can stop the run before its next batch, in each of them", async () => {
    for (const name of ["onStep", "onBatch", "onValidation"] as const) {
      const callbacks = [{ [name]: (...args: unknown[]) => (args.at(-1) as { stop(): void }).stop() }];
      const { batches, epochs } = await run(makeNet(), {
        callbacks,
        readEvery: 1,
        validation: held,
        validateEvery: 2,
      });
      expect(batches.length).toBeLessThan(6);
      expect(epochs).toEqual([]);
    }
  });
});

describe("validation every few steps", () => {
  test("is in the history and does not change the run", async () => {
    const [model, plain] = [makeNet(), makeNet()];
    const history = await run(model, { validation: held, validateEvery: 4 });
    await run(plain);
    expect(await readBits(model)).toEqual(await readBits(plain));
    expect(history.validations!.map(({ epoch, steps, examples }) => [epoch, steps, examples])).toEqual([
      [0, 4, 32],
      [1, 8, 32],
      [1, 12, 32],
    ]);
    // One pass serves both.
    const { epoch, steps, ...last } = history.validations!.at(-1)!;
    expect(history.epochs[1]!.validation).toEqual(last);
    expect((await run(makeNet())).validations).toBeUndefined();
  });

  test("is repeated by a resumed run only where it did not finish", async () => {
    const whole = await run(makeNet(), { validation: held, validateEvery: 4 });
    const store = new MemoryCheckpointStore();
    const controller = new AbortController();
    const halting = (epoch: number) => {
      controller.abort(new Error("enough"));
      return (held as (epoch: number) => Iterable<never>)(epoch);
    };
    const options = { validateEvery: 4, checkpoint: { store } };
    const halted = run(makeNet(), { ...options, validation: halting, signal: controller.signal });
    await expect(halted).rejects.toThrow("enough");
    const resumed = await run(makeNet(), { ...options, validation: held, resumed: true });
    expect(resumed.validations).toEqual(whole.validations);
    expect(resumed.batches).toEqual(whole.batches);
    await run(makeNet(), { ...options, validation: () => expect.unreachable(), resumed: true });
  });

  test("needs data", async () => {
    await expect(run(makeNet(), { validateEvery: 4 })).rejects.toThrow(
      "fit: validateEvery: found no `validation`",
    );
  });
});

describe("checkpoints", () => {
  /** Numbers in place of losses, by the number of updates. */
  const monitorOf = (values: readonly number[]) => {
    const left = [...values];
    return () => left.shift()!;
  };

  test("keep the best and the latest ones, and the model has its best weights in the end", async () => {
    const store = new MemoryCheckpointStore();
    const model = makeNet();
    const bits: object[] = [];
    const callbacks: Callback[] = [{ onEpoch: async () => void bits.push(await readBits(model)) }];
    const best = { monitor: monitorOf([3, 1, 2, Number.NaN, 1]), restored: true };
    await run(model, { epochs: 5, callbacks, checkpoint: { store, keep: 2, best } });
    expect(await store.list()).toEqual([
      "latest",
      "latest-000000000024",
      "latest-000000000030",
      "latest-best",
    ]);
    expect(await readBits(model)).toEqual(bits[1]);
    const other = makeNet();
    await loadModel(other, (await store.load("latest"))!);
    expect(await readBits(other)).toEqual(bits[4]);
    await loadModel(other, (await store.load("latest-best"))!);
    expect(await readBits(other)).toEqual(bits[1]);
  });

  test("of a resumed run know the best one before it", async () => {
    const store = new MemoryCheckpointStore();
    const first = makeNet();
    const mode = "max" as const;
    await run(first, { epochs: 2, checkpoint: { store, best: { mode, monitor: monitorOf([5, 4]) } } });
    const saved = await store.load("latest-best");
    const model = makeNet();
    const best = { mode, monitor: monitorOf([3, 4]), restored: true };
    await run(model, { epochs: 4, resumed: true, checkpoint: { store, best } });
    expect(await store.load("latest-best")).toEqual(saved);
    const other = makeNet();
    await loadModel(other, saved!);
    expect(await readBits(model)).toEqual(await readBits(other));
  });

  test("watch the loss of the validations by default, those within epochs too", async () => {
    const store = new MemoryCheckpointStore();
    const names: string[] = [];
    vi.spyOn(store, "save").mockImplementation(async (name) => void names.push(name));
    const { validations } = await run(makeNet(), {
      ...{ validation: held, validateEvery: 3, checkpoint: { store, best: {} } },
    });
    const losses = validations!.map(({ loss }) => loss);
    const improvements = losses.filter((loss, index) =>
      losses.slice(0, index).every((other) => loss < other),
    );
    expect(names.filter((name) => name === "latest-best")).toHaveLength(improvements.length);
  });

  test("check their options", async () => {
    const store = new MemoryCheckpointStore();
    const refused = async (checkpoint: object, words: string) =>
      expect(run(makeNet(), { checkpoint: { store, ...checkpoint } })).rejects.toThrow(words);
    await refused({ keep: -1 }, "keep: found -1");
    await refused({ best: { mode: "least" } }, 'mode: found "least"');
    await refused({ best: { monitor: () => "1" } }, "expected a number: is the metric measured?");
  });
});

describe("a run can be aborted", () => {
  const reason = new Error("enough");

  test.each(["data", "validation"] as const)(
    "while it waits for %s, which is told to clean up",
    async (name) => {
      const controller = new AbortController();
      let isClean = false;
      const stuck = () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            controller.abort(reason);
            return new Promise<never>(() => undefined);
          },
          return: async () => {
            isClean = true;
            return { done: true as const, value: undefined };
          },
        }),
      });
      await expect(run(makeNet(), { [name]: stuck, signal: controller.signal })).rejects.toBe(reason);
      expect(isClean).toBe(true);
    },
  );

  test.each(["onStart", "onStep", "onBatch", "onValidation", "onEpoch"] as const)("in %s", async (name) => {
    const controller = new AbortController();
    const callbacks = [{ [name]: () => controller.abort(reason) }];
    const options = { callbacks, validation: held, validateEvery: 2, signal: controller.signal };
    await expect(run(makeNet(), options)).rejects.toBe(reason);
  });
});

describe("the page gets a turn", () => {
  /** The time that passes between turns of the event loop, where every batch takes `milliseconds` of a clock that stands still otherwise. */
  async function measureStretches(
    milliseconds: number,
    train: (data: Options["data"]) => Promise<unknown>,
  ): Promise<number> {
    let now = 0;
    let turnedAt = 0;
    let longest = 0;
    let isRunning = true;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    const turn = (): void => {
      longest = Math.max(longest, now - turnedAt);
      turnedAt = now;
      if (isRunning) setImmediate(turn);
    };
    setImmediate(turn);
    const batch = { inputs: { data: new Float32Array(8), shape: [4, 2] }, labels: new Int32Array(4) };
    await train(function* () {
      for (let index = 0; index < 100; index++) {
        now += milliseconds;
        yield batch;
      }
    });
    isRunning = false;
    clock.mockRestore();
    return longest;
  }

  test.each([1, 7, 30])(
    "every 50 ms, but for the step that is under way: steps of %i ms",
    async (milliseconds) => {
      const longest = await measureStretches(milliseconds, (data) =>
        run(makeNet(), { data, epochs: 1, validation: data }),
      );
      expect(longest).toBeLessThanOrEqual(50 + milliseconds);
    },
  );

  test("while a resumed run skips the batches that it has done", async () => {
    const store = new MemoryCheckpointStore();
    const longest = await measureStretches(7, async (data) => {
      const stop = { every: 90, run: (_at: object, control: { stop(): void }) => control.stop() };
      const checkpoint = { store, everySteps: 90 };
      await run(makeNet(), { data, epochs: 1, checkpoint, probe: stop });
      await run(makeNet(), { data, epochs: 1, checkpoint, resumed: true });
    });
    expect(longest).toBeLessThanOrEqual(57);
  });
});
