import { checkGradients, customGradient, grad, valueAndGrad, vjp } from "@evenkeel/autodiff";
import type { Op, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  DTypeError,
  execute,
  MissingGradientError,
  mul,
  power,
  relu,
  ShapeError,
  scope,
  sin,
  sub,
  sum,
  tanh,
  withExecutor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { readValues, referenceBackend, referenceExecutor, referenceTensor } from "../../src/index.ts";

const vector = (...values: number[]): Tensor =>
  referenceTensor(values, { shape: [values.length], dtype: "f32" });
const scalar = (value: number): Tensor => referenceTensor([value], { shape: [], dtype: "f32" });
const numbers = (x: Tensor): number[] => [...readValues(x)];

/** A test whose ops run on the float64 reference. */
function onReference(name: string, body: () => void): void {
  test(name, () => {
    withExecutor(referenceExecutor, () => scope(body));
  });
}

describe("functions of tensors", () => {
  onReference("the gradient of the first argument", () => {
    const slope = grad((x: Tensor, y: Tensor) => sum(mul(mul(x, x), y)));
    expect(numbers(slope(vector(1, 2, 3), vector(1, 10, 100)))).toEqual([2, 40, 600]);
  });

  onReference("the gradients of several arguments", () => {
    const slopes = grad((x: Tensor, scale: number, y: Tensor) => sum(mul(mul(x, scale), y)), { wrt: [2, 0] });
    const [dy, dx] = slopes(vector(1, 2), 10, vector(3, 4));
    expect([numbers(dy), numbers(dx)]).toEqual([
      [10, 20],
      [30, 40],
    ]);
  });

  onReference("arrays and records of tensors keep their structure", () => {
    const parameters = { layers: [{ weight: vector(2, 3) }, { weight: vector(4, 5) }], name: "net" };
    const gradients = grad(({ layers }: typeof parameters, x: Tensor) =>
      sum(layers.reduce((y, { weight }) => mul(y, weight), x)),
    )(parameters, vector(1, 10));
    expect(gradients.layers.map(({ weight }) => numbers(weight))).toEqual([
      [4, 50],
      [2, 30],
    ]);
    expect(gradients.name).toBeUndefined();
  });

  onReference("value, gradient and what the function returns beside", () => {
    const [value, gradient, doubled] = valueAndGrad((x: Tensor) => {
      const y = mul(x, 2);
      return [sum(mul(y, y)), { y }];
    })(vector(1, 2));
    expect([numbers(value), numbers(gradient), numbers(doubled.y)]).toEqual([[20], [8, 16], [2, 4]]);
    const [slope, aux] = grad((x: Tensor) => [sum(x), "note"] as const)(vector(1));
    expect([numbers(slope), aux]).toEqual([[1], "note"]);
  });

  onReference("an argument that the result does not depend on has gradient zero", () => {
    const [dx, dy] = grad((x: Tensor, _y: Tensor) => sum(x), { wrt: [0, 1] })(vector(1, 2), vector(3));
    expect([numbers(dx), numbers(dy)]).toEqual([[1, 1], [0]]);
    expect(numbers(grad((_x: Tensor) => scalar(7))(vector(1, 2)))).toEqual([0, 0]);
  });

  onReference("one tensor in several places is told apart", () => {
    const x = vector(3);
    const product = (a: Tensor, b: Tensor): Tensor => sum(mul(mul(a, a), b));
    const [da, db] = grad(product, { wrt: [0, 1] })(x, x);
    expect([numbers(da), numbers(db)]).toEqual([[18], [9]]);
    expect(numbers(grad((a: Tensor) => sum(mul(a, x)))(x))).toEqual([3]);
  });

  onReference("an argument that is returned as it came", () => {
    const x = scalar(5);
    const [value, gradient] = valueAndGrad((a: Tensor) => a)(x);
    expect([numbers(value), numbers(gradient)]).toEqual([[5], [1]]);
    value.dispose();
    expect(numbers(x)).toEqual([5]);
  });

  onReference("broadcast arguments get gradients of their own shape", () => {
    const x = referenceTensor([1, 2, 3, 4, 5, 6], { shape: [2, 3], dtype: "f32" });
    const [dx, dRow] = grad((a: Tensor, row: Tensor) => sum(mul(a, row)), { wrt: [0, 1] })(
      x,
      vector(1, 10, 100),
    );
    expect([dx.shape, numbers(dRow)]).toEqual([
      [2, 3],
      [5, 7, 9],
    ]);
  });
});

describe("higher orders", () => {
  const third = (f: (x: Tensor) => Tensor) => grad(grad(grad(f)));

  onReference("three nested derivatives", () => {
    expect(numbers(third((x) => power(x, 4))(scalar(2)))).toEqual([48]);
    const [value] = numbers(third((x) => sin(x))(scalar(0.3)));
    expect(value).toBeCloseTo(-Math.cos(0.3), 14);
  });

  onReference("an inner derivative does not see the outer one's variable", () => {
    // d/dx x (d/dy (x + y)) = 1; mixing up the two variables would give 2.
    const inner = (x: Tensor) => grad((y: Tensor) => add(x, y))(scalar(1));
    expect(numbers(grad((x: Tensor) => mul(x, inner(x)))(scalar(1)))).toEqual([1]);
  });

  onReference("the outer derivative passes through the inner gradient of a captured tensor", () => {
    // g(x) = d/dy (x^2 y^3) at y = 2 is 12 x^2.
    const g = (x: Tensor) => grad((y: Tensor) => mul(mul(x, x), power(y, 3)))(scalar(2));
    expect(numbers(grad(g)(scalar(5)))).toEqual([120]);
  });

  onReference("a Hessian times a vector", () => {
    // f = x0^2 x1: the Hessian is [[2 x1, 2 x0], [2 x0, 0]].
    const f = (x: Tensor) => sum(mul(mul(x, x), mul(x, vector(0, 0))));
    const cubic = (x: Tensor) => sum(power(x, 3));
    const times = (g: (x: Tensor) => Tensor, x: Tensor, v: Tensor) =>
      grad((y: Tensor) => sum(mul(grad(g)(y), v)))(x);
    expect(numbers(times(cubic, vector(1, 2), vector(1, 10)))).toEqual([6, 120]);
    expect(numbers(times(f, vector(1, 2), vector(1, 1)))).toEqual([0, 0]);
  });
});

describe("vjp", () => {
  onReference("pulls gradients of several outputs back, as often as one likes", () => {
    const x = vector(1, 2);
    const y = vector(3, 5);
    const [[product, difference], pullback] = vjp((a, b) => [mul(a, b), sub(a, b)] as const, x, y);
    expect([numbers(product), numbers(difference)]).toEqual([
      [3, 10],
      [-2, -3],
    ]);
    const both = pullback([vector(1, 1), vector(10, 100)]);
    expect(both.map(numbers)).toEqual([
      [13, 105],
      [-9, -98],
    ]);
    expect(pullback([vector(1, 0), undefined]).map(numbers)).toEqual([
      [3, 0],
      [1, 0],
    ]);
  });

  onReference("is differentiable, by the input and by the output gradient", () => {
    const squared = (x: Tensor) => {
      const [, pullback] = vjp((a) => mul(a, a), x);
      return sum(pullback(vector(1, 10))[0]);
    };
    expect(numbers(grad(squared)(vector(3, 4)))).toEqual([2, 20]);
    const linear = (dy: Tensor) => {
      const [, pullback] = vjp((a) => mul(a, a), vector(3, 4));
      return sum(pullback(dy)[0]);
    };
    expect(numbers(grad(linear)(vector(1, 1)))).toEqual([6, 8]);
  });

  onReference("checks what it is given", () => {
    const [, pullback] = vjp((a) => mul(a, a), vector(1, 2));
    expect(() => pullback(vector(1, 2, 3))).toThrow(ShapeError);
    const labels = referenceTensor([1], { shape: [1], dtype: "i32" });
    expect(() => vjp((a) => a, labels)).toThrow(DTypeError);
  });

  test("frees the saved tensors when it is disposed", () => {
    withExecutor(referenceExecutor, () => {
      const x = vector(1, 2);
      const before = referenceBackend.memory().live;
      const [y, pullback] = vjp((a) => tanh(tanh(a)), x);
      y.dispose();
      expect(referenceBackend.memory().live).toBeGreaterThan(before);
      pullback.dispose();
      expect(referenceBackend.memory().live).toBe(before);
      x.dispose();
    });
  });
});

describe("errors", () => {
  onReference("a result with more than one element", () => {
    expect(() => grad((x: Tensor) => mul(x, x))(vector(1, 2))).toThrow(ShapeError);
    expect(() => grad((x: Tensor) => mul(x, x))(vector(1, 2))).toThrow(
      /found .*f32 \[2\].*expected one element/,
    );
  });

  onReference("a function that returns a promise, or no tensor", () => {
    const late = async (x: Tensor) => sum(x);
    expect(() => grad(late as never)(vector(1) as never)).toThrow(ArgumentError);
    expect(() => grad((() => 3) as never)(vector(1) as never)).toThrow(ArgumentError);
  });

  onReference("arguments that have no gradient", () => {
    const labels = referenceTensor([1, 2], { shape: [2], dtype: "i32" });
    expect(() => grad((x: Tensor) => sum(x))(labels)).toThrow(DTypeError);
    expect(() => grad((x: Tensor, _n: number) => sum(x), { wrt: 1 })(vector(1), 3)).toThrow(ArgumentError);
  });

  /** A primitive without a gradient. */
  const opaqueOp: Op = {
    name: "opaque",
    outputs: ([x]) => [{ shape: x!.shape, dtype: "f32" }],
    meaning: { loops: ([x], [y]) => y!.data.set(x!.data.map((value) => 2 * value)) },
  };
  const opaque = (x: Tensor): Tensor => execute(opaqueOp, [x], {})[0]!;

  onReference("a primitive without a gradient names itself, once its gradient is needed", () => {
    expect(() => grad((x: Tensor) => sum(opaque(x)))(vector(1))).toThrow(MissingGradientError);
    expect(() => grad((x: Tensor) => sum(opaque(x)))(vector(1))).toThrow(/^opaque:/);
    const constant = vector(4);
    expect(numbers(grad((x: Tensor) => sum(mul(x, opaque(constant))))(vector(1)))).toEqual([8]);
    const [dx, seen] = grad((x: Tensor) => [sum(x), opaque(x)] as const)(vector(3));
    expect([numbers(dx), numbers(seen)]).toEqual([[1], [6]]);
  });

  onReference("a call that throws leaves no recording in charge", () => {
    const failing = grad((x: Tensor) => {
      relu(x);
      throw new RangeError("on purpose");
    });
    expect(() => failing(vector(1))).toThrow(RangeError);
    expect(numbers(grad((x: Tensor) => sum(relu(x)))(vector(1)))).toEqual([1]);
  });
});

describe("wrong arguments are rejected where they are given", () => {
  const f = (x: Tensor): Tensor => sum(x);
  const model = { parameters: () => [{ value: vector(1) }] };
  const one = vector(1);

  test.each<[string, () => unknown, string]>([
    ["no function", () => grad(one as never), "grad: function: found a Tensor, expected a function"],
    ["an unknown option", () => grad(f, { argnums: 1 } as never), 'grad: found the option "argnums"'],
    ["a position", () => grad(f, { wrt: -1 }), "grad: wrt: found -1, expected a non-negative integer"],
    ["positions", () => valueAndGrad(f, { wrt: [0.5] }), "valueAndGrad: wrt: found [0.5]"],
    ["no loss", () => valueAndGrad(model, one as never), "valueAndGrad: loss: found a Tensor"],
    ["a loss alone", () => valueAndGrad(undefined as never, f), "valueAndGrad: function: found undefined"],
    ["a parameter", () => valueAndGrad({ parameters: () => [{}] } as never, () => one)(), "found undefined"],
    ["no number", () => grad((() => "1") as never)(one), 'a function that returns "1", expected a tensor'],
    ["no function", () => vjp(one as never), "vjp: function: found a Tensor"],
    ["no tensor", () => vjp(f, [1] as never), "vjp: argument 0: found [1], expected a tensor"],
    ["no result", () => vjp((() => 1) as never, one), "vjp: result of the function: found 1"],
    ["no gradient", () => vjp(f, one)[1](undefined as never), "pullback: gradients: found undefined"],
    ["no backward", () => customGradient(f, undefined as never), "customGradient: backward: found undefined"],
    [
      "one gradient instead of a list",
      () => grad((x: Tensor) => customGradient(f, (([dy]: Tensor[]) => dy) as never)(x))(one),
      "customGradient: result of backward: found a Tensor, expected an array, each element a tensor or undefined",
    ],
    ["an order", () => checkGradients(f, [one], { order: 0 }), "checkGradients: order: found 0"],
    ["inputs", () => checkGradients(f, one as never), "checkGradients: inputs: found a Tensor"],
  ])("%s", (_, make, message) => {
    const run = () => withExecutor(referenceExecutor, make);
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow(message);
  });

  onReference("an option that is undefined is absent", () => {
    expect(numbers(grad(f, { wrt: undefined as unknown as 0 })(vector(1, 2)))).toEqual([1, 1]);
  });
});
