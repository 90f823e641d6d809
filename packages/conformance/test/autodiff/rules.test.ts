import {
  checkGradients,
  customGradient,
  GradientMismatchError,
  grad,
  stopGradient,
  vjp,
  withoutGradient,
} from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Op, Tensor } from "@evenkeel/tensor";
import {
  add,
  buildExpression,
  e,
  evaluateExpression,
  execute,
  exp,
  fromData,
  mean,
  mul,
  round,
  scope,
  sub,
  sum,
  tanh,
  withExecutor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { readValues, referenceExecutor, referenceTensor } from "../../src/index.ts";

const vector = (...values: number[]): Tensor =>
  referenceTensor(values, { shape: [values.length], dtype: "f32" });
const numbers = (x: Tensor): number[] => [...readValues(x)];

/** A test whose ops run on the float64 reference. */
function onReference(name: string, body: () => void): void {
  test(name, () => {
    withExecutor(referenceExecutor, () => scope(body));
  });
}

describe("stopping gradients", () => {
  onReference("stopGradient keeps the value and drops the gradient, at every order", () => {
    const f = (x: Tensor) => sum(mul(x, stopGradient(mul(x, x))));
    expect(numbers(grad(f)(vector(3)))).toEqual([9]);
    expect(numbers(grad((x: Tensor) => sum(grad(f)(x)))(vector(3)))).toEqual([0]);
  });

  onReference("withoutGradient hides what it does, but not from a gradient inside of it", () => {
    const f = (x: Tensor) =>
      sum(
        mul(
          x,
          withoutGradient(() => grad((y: Tensor) => sum(mul(y, y)))(x)),
        ),
      );
    expect(numbers(grad(f)(vector(3)))).toEqual([6]);
  });
});

describe("custom gradients", () => {
  const roundThrough = customGradient(
    (x: Tensor) => round(x),
    ([dy]) => [dy],
  );

  onReference("replace the gradient of what they wrap", () => {
    expect(numbers(roundThrough(vector(1.4, 2.6)))).toEqual([1, 3]);
    expect(numbers(grad((x: Tensor) => sum(mul(roundThrough(x), x)))(vector(1.4, 2.6)))).toEqual([2.4, 5.6]);
  });

  onReference("read inputs and outputs, take several of each, and can be differentiated again", () => {
    const productAndSum = customGradient(
      (a: Tensor, b: Tensor) => [mul(a, b), add(a, b)] as const,
      ([dProduct, dSum], { inputs: [a, b], outputs, needed }) => {
        expect(outputs).toHaveLength(2);
        expect(needed).toEqual([true, false]);
        expect(dSum).toBeUndefined();
        return [mul(dProduct!, b), mul(dProduct!, a)];
      },
    );
    const f = (x: Tensor) => sum(mul(productAndSum(x, vector(5))[0], x));
    expect(numbers(grad(f)(vector(3)))).toEqual([30]);
    expect(numbers(grad((x: Tensor) => sum(grad(f)(x)))(vector(3)))).toEqual([10]);
  });
});

describe("which calls are recorded", () => {
  let compositions = 0;
  /** A composition of two ops, without its own gradient. */
  const sinhTwiceOp: Op = {
    name: "expDifference",
    outputs: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
    meaning: {
      composition: ([x]) => {
        compositions++;
        return [sub(exp(x!), exp(mul(x!, -1)))];
      },
    },
  };
  const passingOp: Op = {
    name: "passing",
    outputs: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
    meaning: { composition: ([x]) => [x!] },
  };

  onReference("a composition without a gradient is differentiated through its parts", () => {
    compositions = 0;
    const [dx] = numbers(grad((x: Tensor) => sum(execute(sinhTwiceOp, [x], {})[0]!))(vector(0.5)));
    expect(dx).toBeCloseTo(2 * Math.cosh(0.5), 14);
    expect(compositions).toBe(1);
  });

  onReference("a composition that returns its input passes the gradient on", () => {
    const f = (x: Tensor) => sum(mul(execute(passingOp, [x], {})[0]!, x));
    expect(numbers(grad(f)(vector(3)))).toEqual([6]);
  });

  onReference("donated memory that the backward pass reads is not written", () => {
    const square = buildExpression({ inputs: ["f32"] }, ([x]) => e.mul(x!, x!));
    const f = (x: Tensor) => {
      const y = mul(x, 2);
      return sum(evaluateExpression(square, [y], { donate: [0] })[0]!);
    };
    expect(numbers(grad(f)(vector(3)))).toEqual([24]);
  });
});

describe("donation on a device that reuses memory", () => {
  const plusOne = buildExpression({ inputs: ["f32"] }, ([x]) => e.add(x!, 1));
  const square = buildExpression({ inputs: ["f32"] }, ([x]) => e.mul(x!, x!));
  const inPlace = (expression: typeof square, x: Tensor) =>
    evaluateExpression(expression, [x], { donate: [0] })[0]!;

  test("saved values and arguments are not overwritten", async () => {
    const backend = await cpu({ threads: 1 }).open();
    const x = fromData([3], { shape: [1], dtype: "f32" }, { backend });
    const constant = fromData([5], { shape: [1], dtype: "f32" }, { backend });
    const slope = grad((a: Tensor) => {
      const y = mul(a, 2);
      const squared = inPlace(square, y);
      expect(y.isDisposed).toBe(true);
      // The product saves the constant, whose memory must not be overwritten even by a call that is not recorded.
      const scaled = mul(squared, constant);
      inPlace(plusOne, constant);
      expect(constant.isDisposed).toBe(true);
      return sum(add(scaled, inPlace(plusOne, a)));
    })(x);
    expect(await slope.item()).toBe(2 * 2 * 6 * 5 + 1);
    expect(await x.item()).toBe(3);
    await backend.close();
  });

  test("memory is reused if no value was saved", async () => {
    const backend = await cpu({ threads: 1 }).open();
    const x = fromData([3], { shape: [1], dtype: "f32" }, { backend });
    grad((a: Tensor) => {
      const y = add(a, 1);
      const { buffer } = y.storage;
      const z = inPlace(plusOne, y);
      expect(z.storage.buffer).toBe(buffer);
      return sum(z);
    })(x);
    await backend.close();
  });
});

describe("checkGradients", () => {
  const wrong = customGradient(
    (x: Tensor) => tanh(x),
    ([dy], { outputs: [y] }) => [mul(dy!, sub(1.001, mul(y!, y!)))],
  );
  const x = [0.3, -0.7, 1.1];

  test("passes correct gradients, up to the requested order", async () => {
    const checks = await withExecutor(referenceExecutor, () =>
      checkGradients((a) => mean(mul(tanh(a!), exp(a!))), [vector(...x)], { order: 3 }),
    );
    expect(checks.map(({ order }) => order)).toEqual([1, 2, 3]);
    for (const { error } of checks) expect(error).toBeLessThan(1e-6);
  });

  test("detects a relative error of 0.001, and an error only in the second order", async () => {
    const check = withExecutor(referenceExecutor, () => checkGradients((a) => wrong(a!), [vector(...x)]));
    await expect(check).rejects.toThrow(GradientMismatchError);
    const hidden = customGradient(
      (a: Tensor) => mul(a, a),
      ([dy], { inputs: [a] }) => [mul(dy!, mul(2, stopGradient(a)))],
    );
    const twice = withExecutor(referenceExecutor, () =>
      checkGradients((a) => hidden(a!), [vector(...x)], { order: 2 }),
    );
    await expect(twice).rejects.toThrow(/^order 2:/);
  });

  test("works in float32 with a larger tolerance", async () => {
    const backend = await cpu({ threads: 1 }).open();
    const input = fromData(x, { shape: [3], dtype: "f32" }, { backend });
    await checkGradients((a) => tanh(a!), [input]);
    const half = customGradient(
      (a: Tensor) => tanh(a),
      ([dy]) => [mul(dy!, 0.5)],
    );
    await expect(checkGradients((a) => half(a!), [input])).rejects.toThrow(GradientMismatchError);
    expect(vjp((a) => tanh(a), input)).toHaveLength(2);
    await backend.close();
  });
});
