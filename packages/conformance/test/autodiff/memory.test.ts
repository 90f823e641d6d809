import { customGradient, grad, valueAndGrad, vjp } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import { batchNorm } from "@evenkeel/batchnorm";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  add,
  deferStateChange,
  exp,
  fromData,
  full,
  keep,
  mul,
  registerUndo,
  scope,
  sum,
  tanh,
  wholeStep,
  withoutStateChanges,
} from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const size = 10_000;
const bytes = 4 * size;
let backend: Backend;
beforeAll(async () => {
  backend = new RecordingBackend(await cpu({ threads: 1 }).open());
});
afterAll(() => backend.close());

const live = (): number => backend.memory().live;
const filled = (value: number): Tensor => full([size], value, { backend });

/** The identity; records how much memory is allocated when its gradient runs. */
function probe(readings: number[]): (x: Tensor) => Tensor {
  return customGradient(
    (x: Tensor) => mul(x, 1),
    ([dy]) => {
      readings.push(live());
      return [mul(dy!, 1)];
    },
  );
}

describe("memory", () => {
  test("after the call only the value and the gradients are allocated", () => {
    const x = filled(0.5);
    const before = live();
    const [value, gradient] = valueAndGrad((a: Tensor) => sum(tanh(exp(mul(a, a)))))(x);
    expect(live() - before).toBe(bytes + 4);
    value.dispose();
    gradient.dispose();
    expect(live()).toBe(before);
    x.dispose();
  });

  test("is freed during the backward pass: what an op saved is freed before the previous op runs", () => {
    const x = filled(0.001);
    const readings: number[] = [];
    const watch = probe(readings);
    const depth = 6;
    const gradient = grad((a: Tensor) => {
      let y = a;
      for (let layer = 0; layer < depth; layer++) y = watch(tanh(y));
      return sum(y);
    })(x);
    expect(readings).toHaveLength(depth);
    // Each layer saves the output of tanh once, and the output of the probe.
    const freed = readings.slice(1).map((reading, layer) => readings[layer]! - reading);
    for (const amount of freed) expect(amount).toBeGreaterThanOrEqual(bytes);
    gradient.dispose();
    x.dispose();
  });

  test("gradients of several uses are summed in place", () => {
    const x = filled(1);
    const readings: number[] = [];
    const watch = probe(readings);
    const gradient = grad((a: Tensor) => {
      let total = full([], 0, { backend });
      for (let use = 0; use < 20; use++) total = add(total, sum(watch(a)));
      return total;
    })(x);
    const [first, ...others] = readings as [number, ...number[]];
    // A second gradient of x is added to the first; after that the memory does not grow.
    expect(Math.max(...others) - first).toBeLessThanOrEqual(2 * bytes);
    gradient.dispose();
    x.dispose();
  });

  test("gradients of a batch norm reuse memory that is no longer needed", async () => {
    const device = await cpu({ threads: 1 }).open();
    const [shape, bytes] = [[50, 8, 25], 40_000];
    const x = full(shape, 1, { backend: device });
    const before = device.memory().peak;
    const loss = (a: Tensor) => sum(batchNorm(mul(a, 2), { residual: mul(a, 3), activation: "relu" }).y);
    const gradient = grad(loss)(x);
    // Forward: the normalized values, the residual and the result; backward: the normalized values, the result and
    // its gradient.
    expect(device.memory().peak - before).toBeLessThan(3 * bytes + bytes / 2);
    gradient.dispose();
    await device.close();
  });

  test("a pullback that may be called again keeps its saved tensors", async () => {
    const x = fromData(
      Float32Array.from({ length: 120 }, (_, at) => Math.sin(at)),
      { shape: [6, 4, 5], dtype: "f32" },
      { backend },
    );
    const [y, pullback] = vjp((a: Tensor) => batchNorm(mul(a, 2), { activation: "relu" }).y, x);
    const dy = fromData(
      Float32Array.from({ length: 120 }, (_, at) => Math.cos(at)),
      { shape: [6, 4, 5], dtype: "f32" },
      { backend },
    );
    const [first] = pullback(dy);
    const [second] = pullback(dy);
    expect(await second!.data()).toEqual(await first!.data());
    pullback.dispose();
    for (const tensor of [x, y, dy, first!, second!]) tensor.dispose();
  });

  test("intermediates that no gradient reads are freed in the forward pass", () => {
    const x = filled(1);
    const readings: number[] = [];
    const watch = probe(readings);
    const before = live();
    const gradient = grad((a: Tensor) => sum(watch(add(add(add(a, 1), 1), 1))))(x);
    // The incoming gradient, and the input and output that the probe keeps.
    expect(readings[0]! - before).toBeLessThanOrEqual(3 * bytes + 64);
    gradient.dispose();
    x.dispose();
  });

  test("a call that throws frees all its memory", () => {
    const x = filled(1);
    const before = live();
    const failing = grad((a: Tensor) => {
      exp(tanh(a));
      throw new RangeError("on purpose");
    });
    expect(() => failing(x)).toThrow(RangeError);
    const failingBack = grad((a: Tensor) =>
      sum(
        customGradient(
          (b: Tensor) => mul(b, b),
          () => {
            throw new RangeError("on the way back");
          },
        )(exp(a)),
      ),
    );
    expect(() => failingBack(x)).toThrow(/on the way back/);
    expect(live()).toBe(before);
    x.dispose();
  });

  test("models: gradients of exactly the trainable parameters, in order", async () => {
    const parameter = (value: number, trainable = true) => ({ value: filled(value), trainable });
    const [weight, frozen, shift] = [parameter(2), parameter(3, false), parameter(1)];
    const model = { parameters: () => [weight, frozen, shift, weight] };
    const before = live();
    const step = valueAndGrad(model, (x: Tensor) => [
      sum(add(mul(mul(weight.value, frozen.value), x), shift.value)),
      { batch: x.shape[0] },
    ]);
    const input = filled(5);
    const [loss, gradients, aux] = step(input);
    expect(gradients.map(({ shape }) => shape)).toEqual([[size], [size]]);
    expect(live() - before).toBeLessThanOrEqual(3 * bytes + 4);
    expect([await loss.item(), aux.batch]).toEqual([31 * size, size]);
    expect([(await gradients[0]!.data())[7], (await gradients[1]!.data())[7]]).toEqual([15, 1]);
    for (const tensor of [loss, ...gradients, input]) tensor.dispose();
    for (const { value } of [weight, frozen, shift]) value.dispose();
  });
});

describe("state changes", () => {
  const log: string[] = [];
  const change = (name: string): void =>
    deferStateChange({
      commit: () => log.push(`commit ${name}`),
      discard: () => log.push(`discard ${name}`),
    });
  const take = (): string[] => log.splice(0);
  const one = (): Tensor => fromData([1], { shape: [1], dtype: "f32" }, { backend });

  test("are applied at once outside, and once, in order, when the outermost call returns", () => {
    scope(() => {
      change("outside");
      expect(take()).toEqual(["commit outside"]);
      grad((x: Tensor) => {
        change("first");
        const inner = grad((y: Tensor) => {
          change("second");
          return sum(mul(y, y));
        })(x);
        expect(take()).toEqual([]);
        return sum(inner);
      })(one());
      expect(take()).toEqual(["commit first", "commit second"]);
    });
  });

  test("of a whole step are applied when it returns, after everything inside", () => {
    const before = live();
    const kept = wholeStep(() => {
      grad((x: Tensor) => {
        change("statistics");
        registerUndo(() => log.push("undo"));
        return sum(x);
      })(one());
      expect(take()).toEqual([]);
      log.push("update");
      return one();
    });
    expect(take()).toEqual(["update", "commit statistics"]);
    kept.dispose();
    expect(live()).toBe(before);
  });

  test("of a step that throws are undone, latest first", () => {
    const before = live();
    const failing = (): void => {
      grad((x: Tensor) => {
        registerUndo(() => log.push("undo first"));
        change("statistics");
        registerUndo(() => log.push("undo second"));
        return sum(x);
      })(one());
      throw new RangeError("on purpose");
    };
    expect(() => wholeStep(failing)).toThrow(RangeError);
    expect(take()).toEqual(["undo second", "discard statistics", "undo first"]);
    expect(live()).toBe(before);
    registerUndo(() => log.push("outside of every step"));
    expect(() => wholeStep(async () => 1)).toThrow(/promise/);
    expect(take()).toEqual([]);
  });

  test("are dropped when the call throws, and inside withoutStateChanges", () => {
    scope(() => {
      const failing = grad((x: Tensor) => {
        change("lost");
        sum(x);
        throw new RangeError("on purpose");
      });
      expect(() => failing(one())).toThrow(RangeError);
      expect(take()).toEqual(["discard lost"]);
      grad((x: Tensor) => {
        withoutStateChanges(() => change("probe"));
        expect(take()).toEqual(["discard probe"]);
        change("kept");
        return sum(x);
      })(one());
      expect(take()).toEqual(["commit kept"]);
      expect(() => withoutStateChanges(async () => 1)).toThrow(/promise/);
    });
  });

  test("may hold tensors that outlive the call", async () => {
    const before = live();
    let statistic: Tensor | undefined;
    scope(() =>
      grad((x: Tensor) => {
        const pending = keep(mul(x, 3));
        deferStateChange({
          commit: () => {
            statistic = pending;
          },
          discard: () => pending.dispose(),
        });
        return sum(x);
      })(one()),
    ).dispose();
    expect(await statistic!.item()).toBe(3);
    statistic!.dispose();
    expect(live()).toBe(before);
  });
});
