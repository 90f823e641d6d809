import { ActivationRecorder, GradientRecorder } from "@evenkeel/instruments";
import { BatchNorm1d, fit, Linear, mse, ReLU, Sequential, SGD } from "@evenkeel/nn";
import { ArgumentError, mean, quantile, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

const makeNet = (): Sequential =>
  new Sequential(
    new Linear(2, 4, { seed: 1 }),
    new BatchNorm1d(4),
    new ReLU(),
    new Linear(4, 1, { seed: 2 }),
  );
const inputs = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index * index));
const data = () =>
  [0, 1, 2, 3].map((part) => ({
    inputs: { data: inputs.slice(16 * part, 16 * part + 16), shape: [8, 2] as const },
    labels: { data: inputs.slice(8 * part, 8 * part + 8), shape: [8, 1] as const },
  }));

async function train(callbacks: readonly object[], options: object = {}): Promise<Sequential> {
  const model = makeNet();
  const optimizer = new SGD(model, { learningRate: 0.1 });
  try {
    await fit(model, { data, loss: mse, optimizer, epochs: 2, callbacks: callbacks as never, ...options });
  } finally {
    optimizer.dispose();
  }
  return model;
}

describe("GradientRecorder", () => {
  test("records the norms of the gradients that the update gets, every nth step", async () => {
    const before = device().memory().live;
    const recorder = new GradientRecorder({ everySteps: 3 });
    const norms: number[] = [];
    const model = await train([recorder], {
      transformGradients: (gradients: readonly { data(): Promise<ArrayLike<number>> }[]) => {
        void gradients[0]!.data().then((values) => norms.push(Math.hypot(...Array.from(values))));
        return gradients;
      },
    });
    expect(recorder.records.map(({ step }) => step)).toEqual([0, 3, 6]);
    const paths = ["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"];
    expect(Object.keys(recorder.records[0]!.norms)).toEqual(paths);
    for (const { step, norms: recorded } of recorder.records) {
      expect(recorded["0.weight"]).toBeCloseTo(norms[step]!, 6);
    }
    model.dispose();
    expectNoLeak(device(), before);
  });
});

describe("ActivationRecorder", () => {
  test("records mean, deviation and quantiles of the outputs of layers in training batches", async () => {
    const before = device().memory().live;
    const recorder = new ActivationRecorder({ paths: ["0", "2"], everySteps: 4 });
    const model = await train([recorder], { validation: data });
    expect(recorder.records.map(({ step, path }) => `${step} ${path}`)).toEqual(["0 0", "0 2", "4 0", "4 2"]);
    const fresh = makeNet();
    const first = data()[0]!.inputs;
    const x = tensor(first.data, { shape: first.shape });
    const y = (fresh.members().next().value![1] as Linear).forward(x);
    const expected = [...(await quantile(y, [0.15, 0.5, 0.85]).data())];
    const [record] = recorder.records;
    expect(record!.quantiles).toEqual(expected.map((value) => expect.closeTo(value, 5)));
    expect(record!.mean).toBeCloseTo((await mean(y).data())[0]!, 5);
    const values = [...(await y.data())];
    const variance = values.reduce((sum, value) => sum + (value - record!.mean) ** 2, 0) / values.length;
    expect(record!.deviation).toBeCloseTo(Math.sqrt(variance), 5);
    model.dispose();
    fresh.dispose();
    for (const one of [x, y]) one.dispose();
    expectNoLeak(device(), before + 1024);
  });

  test("records one unit alone, and leaves the training as it is", async () => {
    const recorder = new ActivationRecorder({ paths: ["2"], unit: 1, quantiles: [0, 1] });
    const [recorded, plain] = [await train([recorder]), await train([])];
    for (const [index, { value }] of [...recorded.parameters()].entries()) {
      const other = await [...plain.parameters()][index]!.value.data();
      expect([...(await value.data())]).toEqual([...other].map((one) => expect.closeTo(one, 5)));
    }
    // A ReLU of a unit that batch norm centres is 0 at its least.
    expect(recorder.records).toHaveLength(8);
    expect(recorder.records.map(({ quantiles }) => quantiles[0])).toEqual(new Array(8).fill(0));
    expect(recorder.records.every(({ quantiles }) => quantiles[1]! > 0)).toBe(true);
  });

  test("frees what it holds, and its hooks, when the run fails", async () => {
    const before = device().memory().live;
    const recorder = new ActivationRecorder({ paths: ["0"] });
    const failing = {
      onStep: () => {
        throw new Error("stopped");
      },
    };
    await expect(train([failing, recorder])).rejects.toThrow("stopped");
    expectNoLeak(device(), before + 2048);
    expect(() => new ActivationRecorder({ paths: ["0"], quantiles: [2] })).toThrow(ArgumentError);
    await expect(train([new ActivationRecorder({ paths: ["9"] })])).rejects.toThrow('found "9"');
  });
});
