import {
  type Callback,
  EarlyStopping,
  type EpochRecord,
  type FitOptions,
  fit,
  MemoryCheckpointStore,
  Module,
  mse,
  Parameter,
  SGD,
} from "@evenkeel/nn";
import { full, mul, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

class Scale extends Module {
  readonly factor: Parameter = new Parameter(full([1], 1));

  forward(x: Tensor): Tensor {
    return mul(x, this.factor.value);
  }
}

const batch = () => [{ inputs: tensor([[1]]), labels: tensor([[0]]) }];

/** Each epoch moves the factor, whose value after the epoch the callbacks see, by a tenth of itself. */
const makeOptions = (model: Module, epochs = 10): FitOptions<Tensor, Tensor, Tensor> => ({
  data: batch,
  loss: mse,
  optimizer: new SGD(model, { learningRate: 0.05 }),
  epochs,
});

const readFactor = async (model: Scale): Promise<number> => (await model.factor.value.data())[0]!;

/** A number for each epoch, in place of a loss. */
const following =
  (values: readonly number[]) =>
  ({ epoch }: EpochRecord) =>
    values[epoch]!;

describe("early stopping", () => {
  test.each([
    [{ patience: 0 }, [5, 4, 4, 3], 3, 1],
    [{ patience: 1 }, [5, 4, 4, 3], 3, 1],
    [{ patience: 2 }, [5, 4, 4, 3, 3, 3], 6, 3],
    [{ mode: "max" as const }, [1, 2, 1, 5], 3, 1],
    [{ minDelta: 1 }, [5, 4.5, 3], 2, 0],
    [{ patience: 2 }, [Number.NaN, 5, Number.NaN, Number.NaN], 4, 1],
  ])("with %j, values %j take %i epochs, and the best is %i", async (options, values, epochs, best) => {
    const model = new Scale();
    const stopping = new EarlyStopping({ ...options, monitor: following(values) });
    const factors: number[] = [];
    const seen: Callback = { onEpoch: async () => void factors.push(await readFactor(model)) };
    const history = await fit(model, { ...makeOptions(model), callbacks: [stopping, seen] });
    expect(history.epochs).toHaveLength(epochs);
    expect(stopping.bestEpoch).toBe(best);
    expect(await readFactor(model)).toBe(factors[best]);
  });

  test("leaves the last weights if asked to, and watches the loss by default", async () => {
    const model = new Scale();
    const values = [1, 2, 3];
    const stopping = new EarlyStopping({ monitor: following(values), restoreBest: false });
    await fit(model, { ...makeOptions(model), callbacks: [stopping] });
    expect(await readFactor(model)).toBeCloseTo(0.81, 6);
    const other = new Scale();
    const usual = new EarlyStopping();
    // The loss falls in each epoch, in training and in validation, so nothing is stopped.
    const history = await fit(other, { ...makeOptions(other), validation: batch, callbacks: [usual] });
    expect([history.epochs.length, usual.bestEpoch]).toEqual([10, 9]);
  });

  test("counts the epochs before a run was resumed", async () => {
    const store = new MemoryCheckpointStore();
    const values = [3, 2, 4, 4, 4, 4];
    const train = async (epochs: number): Promise<number> => {
      const model = new Scale();
      const stopping = new EarlyStopping({ patience: 2, monitor: following(values) });
      const options = {
        ...makeOptions(model, epochs),
        callbacks: [stopping],
        checkpoint: { store },
        resumed: true,
      };
      return (await fit(model, options)).epochs.length;
    };
    expect(await train(3)).toBe(3);
    expect(await train(10)).toBe(4);
    // Patience has ended before.
    expect(await train(10)).toBe(4);
  });

  test("rejects a monitor that gives no number", async () => {
    const model = new Scale();
    const monitor = () => undefined as unknown as number;
    await expect(
      fit(model, { ...makeOptions(model), callbacks: [new EarlyStopping({ monitor })] }),
    ).rejects.toThrow(
      "EarlyStopping: monitor: found a function that returns undefined, expected a number: is the metric measured?",
    );
  });

  test("checks its options", () => {
    expect(() => new EarlyStopping({ patience: -1 })).toThrow(/EarlyStopping: patience: found -1/);
    expect(() => new EarlyStopping({ mode: "least" as "min" })).toThrow(/EarlyStopping: mode: found "least"/);
  });
});

describe("callbacks", () => {
  test("are told of the beginning and the end of a run", async () => {
    const model = new Scale();
    const calls: string[] = [];
    const callback: Callback = {
      onStart: ({ model: own, history }) =>
        void calls.push(`start ${own === model} ${history.epochs.length}`),
      onEpoch: () => void calls.push("epoch"),
      onEnd: ({ epochs }) => void calls.push(`end ${epochs.length}`),
      onError: () => void calls.push("error"),
    };
    await fit(model, { ...makeOptions(model, 2), callbacks: [callback] });
    expect(calls).toEqual(["start true 0", "epoch", "epoch", "end 2"]);
  });

  test("are told of an error, which is thrown whatever they do", async () => {
    const model = new Scale();
    const errors: unknown[] = [];
    const failure = new Error("no more");
    const callbacks: Callback[] = [
      { onEpoch: () => Promise.reject(failure) },
      { onError: () => Promise.reject(new Error("another one")), onEnd: () => expect.unreachable() },
      { onError: (error) => void errors.push(error) },
    ];
    await expect(fit(model, { ...makeOptions(model), callbacks })).rejects.toBe(failure);
    expect(errors).toEqual([failure]);
  });

  test("need a function that fit knows", async () => {
    const model = new Scale();
    const callbacks = [{ onSetp: () => undefined }] as never;
    await expect(fit(model, { ...makeOptions(model), callbacks })).rejects.toThrow(
      /expected .*objects with at least one of `onStart`, `onStep`, `onBatch`, `onValidation`, `onEpoch`, `onEnd`, `onError`/,
    );
  });
});
