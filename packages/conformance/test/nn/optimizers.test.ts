import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  clipByGlobalNorm,
  clipByValue,
  LAMB,
  LARS,
  Lion,
  Module,
  Muon,
  NAdam,
  type Optimizer,
  Parameter,
  RAdam,
  RMSprop,
  Rprop,
  SGD,
  stepDecay,
} from "@evenkeel/nn";
import type { Executor, Tensor } from "@evenkeel/tensor";
import {
  DeviceError,
  full,
  launchingExecutor,
  ShapeError,
  scope,
  setDefaultBackend,
  tensor,
  withExecutor,
} from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

/** Sizes that leave gaps in an arena, and a parameter without weight decay. */
class Weights extends Module {
  readonly matrix: Parameter = new Parameter(tensor([[1, 2, 3]]));
  readonly bias: Parameter = new Parameter(tensor([4]), { decayed: false });
  readonly vector: Parameter = new Parameter(tensor([5, 6]));

  forward(x: Tensor): Tensor {
    return x;
  }

  async values(): Promise<number[][]> {
    return Promise.all([...this.parameters()].map(async ({ value }) => [...(await value.data())]));
  }
}

const makeGradients = (...values: number[][]): Tensor[] =>
  values.map((row) => tensor(row, { shape: row.length === 3 ? [1, 3] : [row.length] }));

const ones = (): Tensor[] => makeGradients([1, 1, 1], [1], [1, 1]);

function run(optimizer: Optimizer, steps: number, gradients: () => Tensor[] = ones): void {
  for (let step = 0; step < steps; step++) scope(() => optimizer.step(gradients()));
}

const rounded = (rows: number[][]): number[][] =>
  rows.map((row) => row.map((value) => Math.round(value * 1e5) / 1e5));

describe("an update", () => {
  test("changes the parameters in place", async () => {
    const model = new Weights();
    const optimizer = new SGD(model, { learningRate: 0.5 });
    run(optimizer, 1);
    const [matrix, bias] = [model.matrix.value, model.bias.value];
    expect(matrix.storage).toBe(bias.storage);
    run(optimizer, 2, () => makeGradients([1, 0, 2], [1], [0, 0]));
    expect(model.matrix.value).toBe(matrix);
    expect(await model.values()).toEqual([[-0.5, 1.5, 0.5], [2.5], [4.5, 5.5]]);
  });

  test("is one launch for each group, after its gradients were gathered", () => {
    const recording = new RecordingBackend(device());
    setDefaultBackend(recording);
    const optimizer = new Adam(new Weights(), { learningRate: 0.1, weightDecay: 0.1 });
    run(optimizer, 1);
    scope(() => {
      const gradients = ones();
      recording.reset();
      optimizer.step(gradients);
      expect(recording.traffic().launches.filter(({ kind }) => kind === "expression")).toHaveLength(2);
    });
    setDefaultBackend(device());
  });

  test("is one launch per buffer if a single buffer is too small for the parameters", async () => {
    const recording = new RecordingBackend(device());
    const limits = { ...device().limits, offsetAlignment: 16, maxBufferBytes: 32 };
    const narrow = Object.defineProperty(recording, "limits", { value: limits });
    setDefaultBackend(narrow);
    const model = new Weights();
    const optimizer = new SGD(model, { learningRate: 0.5 });
    run(optimizer, 1);
    const [matrix, bias, vector] = [model.matrix, model.bias, model.vector].map(({ value }) => value.storage);
    expect([matrix === bias, vector === bias]).toEqual([true, false]);
    expect(await model.values()).toEqual([[0.5, 1.5, 2.5], [3.5], [4.5, 5.5]]);
    setDefaultBackend(device());
  });

  describe("with large parameters", () => {
    const sizes = [5, 2 ** 18, 3, 7, 2 ** 18 + 3];
    // Gradients differ from value to value, so that a shifted one is noticed.
    const makeGradient = (size: number) =>
      Float32Array.from({ length: size }, (_, index) => (index % 13) - 6);
    const makeGradients = () => sizes.map((size) => tensor(makeGradient(size)));

    class Large extends Module {
      readonly weights: readonly Parameter[] = sizes.map((size) => new Parameter(full([size], 1)));

      forward(x: Tensor): Tensor {
        return x;
      }
    }

    async function expectTwoSteps(model: Large): Promise<void> {
      const [{ value: first }] = model.weights as [Parameter];
      for (const [index, { value }] of model.weights.entries()) {
        // The momentum after two equal gradients is 1.9 of them: together 2.9.
        const expected = makeGradient(sizes[index]!).map((gradient) => 1 - 0.5 * 2.9 * gradient);
        const found = (await value.data()) as Float32Array;
        expect(found.findIndex((x, place) => Math.abs(x - expected[place]!) > 1e-5)).toBe(-1);
        expect(value.storage).toBe(first.storage);
      }
    }

    test("reads their gradients where they lie, one launch each", async () => {
      const recording = new RecordingBackend(device());
      setDefaultBackend(recording);
      const model = new Large();
      const optimizer = new SGD(model, { learningRate: 0.5, momentum: 0.9 });
      run(optimizer, 1, makeGradients);
      scope(() => {
        const gradients = makeGradients();
        recording.reset();
        optimizer.step(gradients);
        const updates = recording.traffic().launches.filter(({ kind }) => kind === "expression");
        expect(updates).toHaveLength(4);
      });
      setDefaultBackend(device());
      await expectTwoSteps(model);
    });

    test("agrees where an executor does not give memory away", async () => {
      const model = new Large();
      const optimizer = new SGD(model, { learningRate: 0.5, momentum: 0.9 });
      const keeping: Executor = {
        execute: ({ donated, ...call }) =>
          launchingExecutor.execute({ ...call, donated: donated.map(() => false) }),
      };
      withExecutor(keeping, () => run(optimizer, 1, makeGradients));
      run(optimizer, 1, makeGradients);
      await expectTwoSteps(model);
    });
  });

  test("does not accumulate memory from step to step", () => {
    const model = new Weights();
    const optimizer = new Adam(model, { learningRate: 0.1, maxGradientNorm: 1 });
    run(optimizer, 2);
    const { live } = device().memory();
    run(optimizer, 3);
    expectNoLeak(device(), live);
  });

  test("decays weights, and biases only if requested", async () => {
    const zeros = () => makeGradients([0, 0, 0], [0], [0, 0]);
    const [careful, pytorch] = [new Weights(), new Weights()];
    run(new SGD(careful, { learningRate: 0.1, weightDecay: 1 }), 1, zeros);
    run(new SGD(pytorch, { learningRate: 0.1, weightDecay: 1, allDecayed: true }), 1, zeros);
    expect(rounded(await careful.values())).toEqual([[0.9, 1.8, 2.7], [4], [4.5, 5.4]]);
    expect(rounded(await pytorch.values())).toEqual([[0.9, 1.8, 2.7], [3.6], [4.5, 5.4]]);
  });

  test("uses the settings of individual parameters", async () => {
    const model = new Weights();
    const group = (name: string) => (name === "vector" ? { learningRateScale: 0 } : {});
    run(new SGD(model, { learningRate: 1, group }), 1);
    expect(await model.values()).toEqual([[0, 1, 2], [3], [5, 6]]);
  });

  test("follows the schedule of a group, by the updates that its parameters have had", async () => {
    const model = new Weights();
    const rates: number[] = [];
    const schedule = (step: number) => {
      rates.push(step);
      return step < 2 ? 1 : 0.5;
    };
    const group = (name: string) => (name === "matrix" ? {} : { schedule, learningRateScale: 2 });
    const optimizer = new SGD(model, { learningRate: 0.5, group });
    run(optimizer, 3);
    expect(await model.values()).toEqual([[-0.5, 0.5, 1.5], [1.5], [2.5, 3.5]]);
    expect(rates).toEqual([0, 1, 2]);
    expect(optimizer.settings.groups.bias).toEqual({ weightDecay: 0, learningRateScale: 2 });
  });

  test("of a rule for whole parameters is one launch for each, and changes nothing when one of them fails", async () => {
    const model = new Weights();
    const optimizer = new LAMB(model, { learningRate: 0.5, allAdapted: true });
    run(optimizer, 1);
    const before = await model.values();
    let calls = 0;
    const failing: Executor = {
      execute: (call) => {
        if (call.op.name === "sum" && ++calls === 4) throw new DeviceError("on purpose");
        return launchingExecutor.execute(call);
      },
    };
    expect(() => withExecutor(failing, () => run(optimizer, 1))).toThrow("on purpose");
    expect(await model.values()).toEqual(before);
    run(optimizer, 1);
    expect(await model.values()).not.toEqual(before);
  });

  test("does not adapt the rate where a norm is 0", async () => {
    const model = new Weights();
    scope(() => {
      model.matrix.value = full([1, 3], 0);
    });
    const optimizer = new LARS(model, { learningRate: 0.5, momentum: 0 });
    run(optimizer, 1, () => makeGradients([1, 1, 1], [0], [0, 0]));
    expect(await model.values()).toEqual([[-0.5, -0.5, -0.5], [4], [5, 6]]);
  });

  test("requires one gradient of the right shape for each parameter", () => {
    const optimizer = new SGD(new Weights(), { learningRate: 1 });
    scope(() => {
      expect(() => optimizer.step(ones().slice(1))).toThrow("found 2, expected one for each of 3");
      expect(() => optimizer.step(makeGradients([1, 1, 1], [1, 2], [1, 1]))).toThrow(ShapeError);
      expect(() => optimizer.step(makeGradients([1, 1, 1], [1, 2], [1, 1]))).toThrow(
        "bias: found [2], expected [1]",
      );
    });
  });
});

describe("temporarily frozen parameters", () => {
  test("keep value and momentum, and continue from there", async () => {
    const model = new Weights();
    const optimizer = new SGD(model, { learningRate: 1, momentum: 0.5 });
    run(optimizer, 1);
    model.vector.trainable = false;
    run(optimizer, 1, () => ones().slice(0, 2));
    model.vector.trainable = true;
    run(optimizer, 1);
    // Steps of 1, 1.5, 1.75; the vector takes the first two.
    expect(await model.values()).toEqual([[-3.25, -2.25, -1.25], [-0.25], [2.5, 3.5]]);
  });
});

test("values that are assigned between updates take effect", async () => {
  const model = new Weights();
  const optimizer = new SGD(model, { learningRate: 1, momentum: 0.5 });
  run(optimizer, 1);
  model.bias.value = full([1], 100);
  run(optimizer, 1);
  expect(await model.values()).toEqual([[-1.5, -0.5, 0.5], [98.5], [2.5, 3.5]]);
});

describe("centered RMSprop with a constant gradient", () => {
  /** The gradients of 512 values, for which a difference of squares would round to negative variances. */
  const gradient = Float32Array.from({ length: 512 }, (_, index) => 0.1 + 0.0137 * index);
  const learningRate = 1e-3;

  class Values extends Module {
    readonly value: Parameter = new Parameter(full([512], 0));

    forward(x: Tensor): Tensor {
      return x;
    }
  }

  async function valuesAfter(steps: number, alpha: number): Promise<readonly number[]> {
    const model = new Values();
    const optimizer = new RMSprop(model, { learningRate, alpha, centered: true });
    for (let step = 0; step < steps; step++) scope(() => optimizer.step([tensor(gradient)]));
    return [...(await model.value.value.data())];
  }

  test.each([0.9, 0.99])("stays finite (alpha %f)", async (alpha) => {
    const values = await valuesAfter(3000, alpha);
    expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
  });

  test("moves as far as the standard deviation in float64 implies", async () => {
    const [alpha, steps] = [0.9, 60];
    let [mean, square, expected] = [0, 0, 0];
    for (let step = 0; step < steps; step++) {
      mean = alpha * mean + (1 - alpha);
      square = alpha * square + (1 - alpha);
      expected -= learningRate / Math.sqrt(square - mean * mean);
    }
    for (const value of await valuesAfter(steps, alpha)) expect(value / expected).toBeCloseTo(1, 3);
  });
});

describe("clipping", () => {
  test("scales all gradients so that their joint norm is the limit", async () => {
    const gradients = makeGradients([3, 0, 0], [4], [0, 0]);
    const clipped = clipByGlobalNorm(gradients, 1);
    const values = await Promise.all(clipped.map(async (gradient) => [...(await gradient.data())]));
    expect(rounded(values)).toEqual([[0.6, 0, 0], [0.8], [0, 0]]);
  });

  test("limits single values, except NaN", async () => {
    const clipped = clipByValue(makeGradients([3, -3, 0.5], [Number.NaN], [-1, 1]), 1);
    const values = await Promise.all(clipped.map(async (gradient) => [...(await gradient.data())]));
    expect(values).toEqual([[1, -1, 0.5], [Number.NaN], [-1, 1]]);
  });

  test("in the update gives the same, and does not change short gradients", async () => {
    const model = new Weights();
    const optimizer = new SGD(model, { learningRate: 1, maxGradientNorm: 1 });
    run(optimizer, 1, () => makeGradients([3, 0, 0], [4], [0, 0]));
    expect(rounded(await model.values())).toEqual([[0.4, 2, 3], [3.2], [5, 6]]);
    run(optimizer, 1, () => makeGradients([0.4, 0, 0], [0], [0, 0.5]));
    expect(rounded(await model.values())).toEqual([[0, 2, 3], [3.2], [5, 5.5]]);
  });
});

describe("saved state", () => {
  const makers: Record<string, (model: Module) => Optimizer> = {
    SGD: (model) =>
      new SGD(model, { learningRate: 0.1, momentum: 0.9, weightDecay: 0.1, maxGradientNorm: 1 }),
    Adam: (model) => new Adam(model, { learningRate: 0.1, weightDecay: 0.1 }),
    RMSprop: (model) => new RMSprop(model, { learningRate: 0.1, centered: true, momentum: 0.5 }),
    Adagrad: (model) => new Adagrad(model, { learningRate: 0.1, learningRateDecay: 0.1 }),
    Adadelta: (model) => new Adadelta(model, { learningRate: 1 }),
    Adamax: (model) => new Adamax(model, { learningRate: 0.1, weightDecay: 0.1 }),
    NAdam: (model) => new NAdam(model, { learningRate: 0.1, weightDecay: 0.1 }),
    RAdam: (model) => new RAdam(model, { learningRate: 0.1, betas: [0.8, 0.9] }),
    AMSGrad: (model) => new AdamW(model, { learningRate: 0.1, amsgrad: true }),
    LAMB: (model) => new LAMB(model, { learningRate: 0.1, weightDecay: 0.1 }),
    LARS: (model) => new LARS(model, { learningRate: 10, weightDecay: 0.1, allAdapted: true }),
    Rprop: (model) => new Rprop(model, { learningRate: 0.1, weightDecay: 0.1 }),
    Muon: (model) => new Muon(model, { learningRate: 0.1, maxGradientNorm: 1 }),
    scheduled: (model) =>
      new SGD(model, {
        learningRate: 0.1,
        group: (name) => ({ schedule: name === "bias" ? stepDecay(1, { every: 2 }) : undefined }),
      }),
    Lion: (model) => new Lion(model, { learningRate: 0.1, weightDecay: 0.1, maxGradientValue: 0.5 }),
  };
  const changing = (): (() => Tensor[]) => {
    let step = 0;
    return () => {
      const x = Math.sin(++step);
      return makeGradients([x, -x, 2 * x], [x * x], [1, x]);
    };
  };

  test.each(Object.entries(makers))("of %s continues with the same bits", async (_, make) => {
    const whole = new Weights();
    const gradients = changing();
    const optimizer = make(whole);
    run(optimizer, 7, gradients);
    const [values, state] = await Promise.all([whole.values(), optimizer.readStateArrays()]);
    const resumed = new Weights();
    scope(() => {
      const next = makeGradients(...values);
      [...resumed.parameters()].forEach((parameter, index) => {
        parameter.value = next[index]!;
      });
    });
    const other = make(resumed);
    other.loadState(state);
    const rest = changing();
    for (let step = 0; step < 7; step++) scope(rest);
    run(optimizer, 3, gradients);
    run(other, 3, rest);
    expect(await resumed.values()).toEqual(await whole.values());
  });

  test("of another model is rejected", async () => {
    const optimizer = new SGD(new Weights(), { learningRate: 0.1, momentum: 0.9 });
    run(optimizer, 1);
    const state = await optimizer.readStateArrays();
    expect([...state.keys()]).toContain("matrix.momentum");
    state.delete("matrix.momentum");
    expect(() => optimizer.loadState(state)).toThrow(/missing \(1\):\n {2}matrix\.momentum/);
    const plain = new SGD(new Weights(), { learningRate: 0.1 });
    expect(() => plain.loadState(state)).toThrow(/unexpected \(2\)/);
  });
});
