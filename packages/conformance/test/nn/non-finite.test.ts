import { customGradient, valueAndGrad } from "@evenkeel/autodiff";
import {
  Adam,
  AveragedModel,
  type AveragedModelOptions,
  BatchNorm1d,
  crossEntropy,
  Dropout,
  type FitOptions,
  findNonFinite,
  fit,
  GradientAccumulation,
  LAMB,
  Linear,
  MemoryCheckpointStore,
  Module,
  mse,
  type NonFiniteError,
  NonFiniteGradientError,
  NonFiniteLossError,
  Parameter,
  ReLU,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import {
  add,
  cast,
  div,
  full,
  less,
  log,
  mul,
  setDefaultBackend,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";

/** The logarithm of its input, which batches below 0 make NaN. */
class Log extends Module {
  forward(x: Tensor): Tensor {
    return log(x);
  }
}

/** The input itself, with a gradient that is not finite where the input is above 5. */
class Sharp extends Module {
  forward(x: Tensor): Tensor {
    const pass = customGradient(
      (value: Tensor) => value,
      ([dy], { inputs: [value] }) => [div(dy!, cast(less(value!, 5), "f32"))],
    );
    return pass(x);
  }
}

class Scale extends Module {
  readonly factor: Parameter;

  constructor(factor = 1) {
    super();
    this.factor = new Parameter(full([1], factor));
  }

  forward(x: Tensor): Tensor {
    return mul(x, this.factor.value);
  }
}

const batch = (values: number[]) => ({
  inputs: { data: Float32Array.from(values), shape: [values.length, 1] },
  labels: { data: Float32Array.from(values, () => 1), shape: [values.length, 1] },
});
const good = (count: number) => Array.from({ length: count }, (_, index) => batch([1 + index / 64, 2, 3]));

type Options = FitOptions<Tensor, Tensor, Tensor>;

const train = async (model: Module, options: Partial<Options> & Pick<Options, "data">): Promise<unknown> =>
  fit(model, {
    loss: mse,
    optimizer: new SGD(model, { learningRate: 1e-3, momentum: 0.9 }),
    epochs: 1,
    ...options,
  }).then(
    () => expect.unreachable(),
    (error) => error,
  );

onEachBackend((backend) => {
  beforeAll(() => setDefaultBackend(backend()));
  afterAll(() => setDefaultBackend(undefined));

  describe("findNonFinite names what made the first value that is not finite:", () => {
    const find = (model: Module, x: Tensor, target: (y: Tensor) => Tensor = (y) => sum(y)) => {
      const run = valueAndGrad(model, () => target(model.forward(x)));
      return findNonFinite(model, () => run());
    };

    test("an operation of a layer", async () => {
      const model = new Sequential(new Scale(), new Sequential(new ReLU(), new Log()), new Scale());
      const origin = await find(model, tensor([[0], [1]]));
      const expected = { source: "operation", operation: "log", pass: "forward", path: "1.1", kind: "Log" };
      expect(origin).toEqual({ found: "infinity", ...expected });
      // The fault is in one row: the others hide nothing.
      expect(await find(model, tensor([[3], [1]]))).toBeUndefined();
    });

    test("an operation of the backward pass, with that of the forward pass", async () => {
      const model = new Sequential(new Scale(), new Sharp(), new Scale());
      const origin = await find(model, tensor([[7], [1]]));
      expect(origin).toEqual({
        ...{ found: "infinity", source: "operation", operation: "div", pass: "backward" },
        ...{ gradientOf: "customGradient", path: "1", kind: "Sharp" },
      });
    });

    test("an operation outside of the model", async () => {
      const model = new Sequential(new Scale());
      const origin = await find(model, tensor([[-1], [1]]), (y) => sum(log(y)));
      expect(origin).toEqual({ found: "NaN", source: "operation", operation: "log", pass: "forward" });
    });

    test("what was not finite before: a parameter or an input", async () => {
      const model = new Sequential(new Scale(), new Scale(Number.POSITIVE_INFINITY));
      expect(await find(model, tensor([[1]]))).toMatchObject({
        ...{ found: "infinity", source: "parameter", path: "1.factor" },
      });
      expect(await find(new Sequential(new Scale()), tensor([[Number.NaN]]))).toMatchObject({
        ...{ found: "NaN", source: "input", operation: "mul", path: "0" },
      });
    });

    test("where infinity became NaN, and not a mask of infinities that does no harm", async () => {
      const mask = tensor([[0, Number.NEGATIVE_INFINITY]]);
      const model = new Sequential(new Scale(), new Log());
      const x = tensor([[1, 1]]);
      expect(await find(model, x, (y) => sum(mul(softmax(add(y, mask)), x)))).toBeUndefined();
      const zero = tensor([[0, 0]]);
      expect(await find(model, zero, (y) => sum(sub(y, y)))).toMatchObject({
        ...{ found: "infinity", operation: "log", path: "1" },
        becameNaN: { operation: "sub", pass: "forward" },
      });
    });

    test("any operation, where the body returns nothing", async () => {
      const model = new Sequential(new Log());
      const origin = await findNonFinite(model, () => void model.forward(tensor([[-1]])));
      expect(origin).toMatchObject({ operation: "log", path: "0" });
    });

    test("and leaves no hook and no memory behind", async () => {
      const model = new Sequential(new Log());
      const x = tensor([[-1]]);
      const { live } = x.backend.memory();
      await find(model, x);
      await expect(
        findNonFinite(model, () => {
          model.forward(x);
          throw new RangeError("no");
        }),
      ).rejects.toThrow("no");
      expect(x.backend.memory().live).toBeLessThanOrEqual(live);
      expect(Object.hasOwn(model.modules[0]!, "forward")).toBe(false);
      await expect(findNonFinite({} as Module, () => undefined)).rejects.toThrow(
        "findNonFinite: model: found",
      );
      await expect(findNonFinite(model, async () => x)).rejects.toThrow("returns a promise");
    });
  });

  describe("a run of fit", () => {
    test("names the layer and the operation, and leaves the parameters of the step before", async () => {
      const make = () => new Sequential(new Scale(), new Log(), new Scale());
      const [model, other] = [make(), make()];
      const error = await train(model, { data: () => [...good(9), batch([1, -1, 2]), ...good(20)] });
      expect(error).toBeInstanceOf(NonFiniteLossError);
      expect((error as NonFiniteError).message).toBe(
        "fit: loss: found NaN at epoch 0, batch 9 (step 9), expected a finite number; NaN came from finite values in `log` in the forward pass of 1 (Log): lower the learning rate, look at this batch, or set onNonFinite",
      );
      expect((error as NonFiniteError).origin).toMatchObject({
        path: "1",
        operation: "log",
        pass: "forward",
      });
      const options = { data: () => good(9), loss: mse, epochs: 1 };
      await fit(other, { ...options, optimizer: new SGD(other, { learningRate: 1e-3, momentum: 0.9 }) });
      expect(await readStateArrays(model)).toEqual(await readStateArrays(other));
    });

    test("leaves averages as they were before the step, and takes values that stand where there were none", async () => {
      const start = (options: AveragedModelOptions, after: readonly ReturnType<typeof batch>[]) => {
        const model = new Sequential(new Scale(), new Log(), new Scale());
        const optimizer = new SGD(model, { learningRate: 0.1 });
        const averaged = new AveragedModel(model, { ...options, optimizer });
        const data = () => [...good(9), ...after];
        const run = fit(model, { data, loss: mse, optimizer, epochs: 1 });
        return { model, averaged, run };
      };
      const after = [batch([1, -1, 2]), ...good(20)];
      for (const options of [{}, { decay: 0.5 }, { start: 9 }]) {
        const [whole, held] = [start(options, []), start(options, after)];
        await whole.run;
        await expect(held.run).rejects.toThrow(NonFiniteLossError);
        const read = ({ model }: typeof held) => readStateArrays(model);
        const expected = "start" in options ? read(whole) : whole.averaged.use(() => read(whole));
        expect(await held.averaged.use(() => read(held))).toEqual(await expected);
      }
    });

    test("finds gradients that are not finite in the step that accumulates them", async () => {
      const model = new Sequential(new Scale(), new Sharp());
      const optimizer = new SGD(model, { learningRate: 1e-3 });
      new GradientAccumulation(optimizer, { steps: 4 });
      const store = new MemoryCheckpointStore();
      const checkpoint = { store, everySteps: 1 };
      const data = () => [...good(1), batch([1, 7]), ...good(9)];
      const error = await train(model, { data, optimizer, checkpoint, readEvery: 1 });
      expect(error).toBeInstanceOf(NonFiniteGradientError);
      expect((error as NonFiniteError).record.step).toBe(1);
      const healthy = () => good(11);
      const options = { data: healthy, loss: mse, epochs: 1, optimizer, checkpoint, resumed: true };
      await expect(fit(model, options)).resolves.toBeDefined();
    });

    test("keeps no batches of steps whose gradients are dropped", async () => {
      const model = new Sequential(new Scale());
      const live: number[] = [];
      await fit(model, {
        data: () => good(8),
        loss: mse,
        optimizer: new SGD(model, { learningRate: 1e-3 }),
        epochs: 6,
        transformGradients: () => undefined,
        callbacks: [{ onEpoch: () => void live.push(backend().memory().live) }],
      });
      expect(live[5]).toBe(live[1]);
    });

    test("finds gradients that are not finite beside a finite loss", async () => {
      const model = new Sequential(new Scale(), new Sharp(), new Linear(1, 1, { seed: 1 }));
      const error = await train(model, { data: () => [...good(3), batch([1, 7]), ...good(9)], epochs: 2 });
      expect(error).toBeInstanceOf(NonFiniteGradientError);
      expect(Number.isFinite((error as NonFiniteError).record.loss)).toBe(true);
      expect((error as Error).message).toMatch(
        /^fit: gradients: found NaN or infinity beside the loss [\d.]+ at epoch 0, batch 3 \(step 3\).*came from finite values in `div`, part of the gradient of `customGradient`, in the backward pass of 1 \(Sharp\): look at the operation/,
      );
    });

    test("repeats random draws, and does not blame running statistics that the step has spoilt", async () => {
      const model = new Sequential(
        new Linear(1, 8, { seed: 1 }),
        new Dropout(0.5, { seed: 2 }),
        new BatchNorm1d(8),
        new Linear(8, 1, { seed: 3 }),
      );
      const data = () => [...good(5), batch([1.6e38, -1.6e38, 1.6e38]), ...good(9)];
      const error = await train(model, { data, optimizer: new Adam(model, { learningRate: 1e-3 }) });
      expect((error as NonFiniteError).origin).toMatchObject({
        source: "operation",
        path: "2",
        pass: "forward",
      });
    });

    test("finds the micro-batch that spoilt an accumulated gradient", async () => {
      const model = new Sequential(new Scale(), new Sharp());
      const optimizer = new SGD(model, { learningRate: 1e-3 });
      new GradientAccumulation(optimizer, { steps: 4 });
      const data = () => [...good(5), batch([7]), ...good(9)];
      const error = await train(model, { data, optimizer });
      expect(error).toBeInstanceOf(NonFiniteGradientError);
      expect((error as Error).message).toMatch(/\(step 5\).*backward pass of 1 \(Sharp\): look/);
    });

    test("with a rule that needs whole parameters stays as it was too, and says where repeating finds nothing", async () => {
      const model = new Sequential(new Scale(2));
      const transformGradients = (gradients: readonly Tensor[]) => gradients.map((each) => div(each, 0));
      const optimizer = new LAMB(model, { learningRate: 0.1, weightDecay: 0.1 });
      const error = await train(model, { data: () => good(3), optimizer, transformGradients });
      expect(error).toBeInstanceOf(NonFiniteGradientError);
      expect((error as NonFiniteError).origin).toBeUndefined();
      expect((error as Error).message).toMatch(
        /it is finite when it is repeated: look at transformGradients/,
      );
      expect(await model.modules[0]!.parameters().next().value!.value.item()).toBe(2);
    });

    test("that continues with such steps changes its parameters as before", async () => {
      const model = new Sequential(new Scale(), new Log());
      const data = () => [...good(2), batch([-1])];
      const optimizer = new SGD(model, { learningRate: 1e-3 });
      await fit(model, { data, loss: mse, optimizer, epochs: 1, onNonFinite: "continue" });
      expect(await model.modules[0]!.parameters().next().value!.value.item()).toBeNaN();
    });

    test("is not stopped by a batch of which nothing counts", async () => {
      const model = new Linear(1, 2, { seed: 1 });
      const makeBatch = (values: number[]) => ({ ...batch([1, 2]), labels: Int32Array.from(values) });
      const data = () => [makeBatch([0, 1]), makeBatch([-100, -100]), makeBatch([1, 0])];
      const optimizer = new SGD(model, { learningRate: 0.1 });
      const before = await readStateArrays(model);
      const loss = (y: Tensor, target: Tensor) => crossEntropy(y, target, { ignoreIndex: -100 });
      const { batches } = await fit(model, { data, loss, optimizer, epochs: 1 });
      expect(batches.map(({ loss: value }) => Number.isFinite(value))).toEqual([true, false, true]);
      expect(await readStateArrays(model)).not.toEqual(before);
    });
  });
});
