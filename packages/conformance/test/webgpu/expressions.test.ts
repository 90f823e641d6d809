import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import type { DType, Expression, ScalarType, Value } from "@evenkeel/tensor";
import { buildExpression, e, makeEvaluator, viewAs } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { choosePrecision } from "../../src/tolerance.ts";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

const storage = { f32: "f32", i32: "i32", u32: "u32", bool: "u32" } as const;

/** Evaluates a function of one or two values on the device, at pairs of points. */
async function onDevice(
  backend: WebgpuBackend,
  expression: Expression,
  inputs: readonly (readonly number[])[],
): Promise<number[]> {
  const size = inputs[0]!.length;
  const place = (dtype: DType, values?: readonly number[]) => {
    const buffer = backend.allocate(size * 4);
    const array = viewAs(storage[dtype as ScalarType], new ArrayBuffer(size * 4));
    if (values !== undefined) array.set(values);
    backend.write(buffer, 0, array);
    return { buffer, byteOffset: 0, bytes: size * 4 };
  };
  const { dtype } = expression.outputs[0]!;
  const output = place(dtype);
  const reads = expression.inputs.map((type, input) => ({
    operand: place(type, inputs[input]),
    strides: [1],
  }));
  backend.launch({ kind: "expression", expression, shape: [size], reads, writes: [output], scalars: [] });
  const result = await backend.read(output.buffer, 0, size * 4);
  for (const { buffer } of [output, ...reads.map(({ operand }) => operand)]) backend.free(buffer);
  return [...viewAs(storage[dtype as ScalarType], result)];
}

function onHost(expression: Expression, inputs: readonly (readonly number[])[]): number[] {
  const evaluate = makeEvaluator(expression);
  return inputs[0]!.map(
    (_, at) =>
      evaluate(
        inputs.map((input) => input[at]!),
        [],
        at,
      )[0]!,
  );
}

/** All pairs of the values. */
const makePairs = (values: readonly number[]): [number[], number[]] => [
  values.flatMap((a) => values.map(() => a)),
  values.flatMap(() => values),
];

const extremes = {
  i32: [0, 1, -1, 2, -7, 31, 33, 255, 65_537, -(2 ** 31), 2 ** 31 - 1, -(2 ** 30)],
  u32: [0, 1, 2, 7, 31, 32, 255, 65_537, 2 ** 31, 2 ** 32 - 1, 2 ** 31 - 1],
  bool: [0, 1],
};

const binary = [
  "add",
  "sub",
  "mul",
  "div",
  "rem",
  "min",
  "max",
  "and",
  "or",
  "xor",
  "shiftLeft",
  "shiftRight",
] as const;
const comparisons = ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const;

describeOn("webgpu", "webgpu expressions", () => {
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu();
  });
  afterAll(() => backend.close());

  const expectSame = async (types: ScalarType[], body: (...values: Value[]) => Value, inputs: number[][]) => {
    const expression = buildExpression({ inputs: types }, (values) => body(...values));
    expect(await onDevice(backend, expression, inputs)).toEqual(onHost(expression, inputs));
  };

  test.each(
    (["i32", "u32"] as const).flatMap((type) =>
      [...binary, ...comparisons].map((name) => [type, name] as const),
    ),
  )("of %s agree with the definition: %s", async (type, name) => {
    await expectSame([type, type], (a, b) => e[name](a!, b!), makePairs(extremes[type]));
  });

  test.each(["neg", "abs", "not"] as const)("of integers agree with the definition: %s", async (name) => {
    await expectSame(["i32"], (a) => e[name](a!), [extremes.i32]);
    await expectSame(["u32"], (a) => e[name](a!), [extremes.u32]);
  });

  test.each(["and", "or", "xor", ...comparisons] as const)(
    "of bool agree with the definition: %s",
    async (name) => {
      await expectSame(["bool", "bool"], (a, b) => e[name](a!, b!), makePairs(extremes.bool));
    },
  );

  test("convert between all types as defined", async () => {
    const floats = [
      0,
      -0,
      0.9,
      -0.9,
      2.5,
      -7.99,
      1e9,
      3e9,
      -3e9,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      5e9,
      NaN,
      Infinity,
      -Infinity,
      1e-40,
    ];
    for (const to of ["i32", "u32", "bool"] as const)
      await expectSame(["f32"], (a) => e.cast(a!, to), [floats]);
    for (const from of ["i32", "u32", "bool"] as const) {
      for (const to of ["i32", "u32", "bool"] as const)
        await expectSame([from], (a) => e.cast(a!, to), [extremes[from]]);
      const rounded = buildExpression({ inputs: [from] }, ([a]) => e.cast(a!, "f32"));
      const inputs = [extremes[from]];
      expect(await onDevice(backend, rounded, inputs)).toEqual(onHost(rounded, inputs).map(Math.fround));
    }
    const bits = [0, 1, 0x3f800000, 0xbf800000, 0x7f7fffff, 0x40490fdb];
    await expectSame(["u32"], (a) => e.bitcast(e.bitcast(e.neg(e.bitcast(a!, "f32")), "i32"), "u32"), [
      bits.slice(2),
    ]);
    await expectSame(["u32"], (a) => e.bitcast(a!, "i32"), [bits]);
  });

  test("select by masks, without effects of the other branch", async () => {
    const x = [-2, -1, 0, 1, 4, 100, Number.NaN];
    const guarded = buildExpression({ inputs: ["f32"] }, ([a]) =>
      e.select(e.greater(a!, 0), e.log(a!), e.select(e.isNan(a!), e.constantLike(a!, 7), 0)),
    );
    const found = await onDevice(backend, guarded, [x]);
    for (const [at, expected] of onHost(guarded, [x]).entries()) expect(found[at]).toBeCloseTo(expected, 5);
  });

  const grid = (low: number, high: number, count = 4099): number[] =>
    Array.from({ length: count }, (_, at) => Math.fround(low + ((high - low) * at) / (count - 1)));
  const powersOfTwo = Array.from({ length: 200 }, (_, at) => 2 ** (at - 100));

  /** Arguments of periodic functions, including the neighbours of multiples of pi / 2. */
  const farAndNear = [
    ...[7, 1000, 1e5, 1e10, 3e38].flatMap((end) => grid(-end, end)),
    ...Array.from({ length: 4096 }, (_, n) => Math.fround((n * 16 * Math.PI) / 2)),
    ...powersOfTwo.map((x) => x * 2 ** 27 * 1.25),
    16_367_173 * 2 ** 72,
  ];

  test.each([
    ["exp", grid(-87, 88)],
    ["expm1", [...grid(-1, 1), ...grid(-17, 88), ...powersOfTwo.slice(0, 100)]],
    ["log", [...grid(0.01, 4), ...powersOfTwo]],
    ["log1p", [...grid(-0.99, 3), ...powersOfTwo]],
    ["sqrt", [...grid(0, 9), ...powersOfTwo]],
    ["sin", farAndNear],
    ["cos", farAndNear],
    ["tanh", [...grid(-1, 1), ...grid(-12, 12), ...powersOfTwo]],
    ["erf", [...grid(-1, 1), ...grid(-5, 5), ...powersOfTwo]],
  ] as const)("are within the bounds of the tolerance table: %s", async (name, points) => {
    const expression = buildExpression({ inputs: ["f32"] }, ([a]) => e[name](a!));
    const { steps, smallest } = choosePrecision("webgpu");
    const { ulps, ulpsPerUnit = 0, absolute = 0 } = steps[name]!;
    const found = await onDevice(backend, expression, [points]);
    const worst = onHost(expression, [points]).reduce(
      (most, y, at) => {
        const relative = 2 ** -23 * (ulps + ulpsPerUnit * Math.abs(points[at]!));
        const bound = Math.max(relative * Math.abs(y), absolute) + smallest;
        const share = Math.abs(found[at]! - y) / bound;
        return share > most.share || Number.isNaN(share)
          ? { share, x: points[at], found: found[at], y }
          : most;
      },
      { share: 0, x: undefined as number | undefined, found: undefined as number | undefined, y: 0 },
    );
    expect(worst.share, `at ${worst.x}: found ${worst.found}, expected ${worst.y}`).toBeLessThanOrEqual(1);
  });

  test("remainders are exact, however large the quotient", async () => {
    const some = [26881.287, 0.52040267, 3e7, -0.3, 5, -5, 1e-30, -3e38, 16_777_215].map(Math.fround);
    const inputs = makePairs([...some, ...powersOfTwo.map((x) => Math.fround(x * 1.7))]);
    const expression = buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) => e.rem(a!, b!));
    const found = await onDevice(backend, expression, inputs);
    // The sign of a zero is not compared.
    expect(found.map((y) => y + 0)).toEqual(onHost(expression, inputs).map((y) => y + 0));
  });

  test("powers have the defined special values", async () => {
    const inputs = makePairs([-3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 10, Infinity, -Infinity, NaN]);
    const expression = buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) => e.pow(a!, b!));
    const found = await onDevice(backend, expression, inputs);
    onHost(expression, inputs).forEach((y, at) => {
      const what = `${inputs[0][at]} ^ ${inputs[1][at]}: found ${found[at]}, expected ${y}`;
      if (Number.isFinite(y)) expect(Math.abs(found[at]! - y), what).toBeLessThanOrEqual(1e-5 * Math.abs(y));
      else expect(found[at], what).toBe(y);
    });
  });
});
