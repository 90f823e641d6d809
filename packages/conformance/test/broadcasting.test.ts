import { cpu } from "@evenkeel/backend-cpu";
import type { AnyOp, Backend, Expression, OpCases, Shape, Value } from "@evenkeel/tensor";
import {
  broadcastShapes,
  buildExpression,
  computeStrides,
  countElements,
  e,
  mergeDimensions,
  ShapeError,
  sub,
  sumTo,
  withExecutor,
} from "@evenkeel/tensor";
import { addOp, fusedOp, greaterOp, maximumOp, mulOp, subOp } from "@evenkeel/tensor/ops";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readValues, referenceExecutor, referenceTensor, runCase } from "../src/index.ts";

const f32 = "f32" as const;
const dimension = fc.integer({ min: 0, max: 4 });
const shape = fc.array(dimension, { maxLength: 5 });

/** A shape that broadcasts to `target`: some leading axes are omitted, some others are 1. */
const drawPart = (target: Shape): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: target.length }),
      fc.array(fc.boolean(), { minLength: target.length, maxLength: target.length }),
    )
    .map(([skipped, ones]) => target.map((size, axis) => (ones[axis] ? 1 : size)).slice(skipped));

/** Shapes that broadcast together, and the resulting shape. */
const together = shape.chain((target) => fc.tuple(drawPart(target), drawPart(target), drawPart(target)));

/** The value of an array at a position of a shape that it broadcasts to, directly by the definition. */
function readValue(values: ArrayLike<number>, own: Shape, position: readonly number[]): number {
  const lead = position.length - own.length;
  const strides = computeStrides(own);
  return values[
    own.reduce((sum, size, axis) => sum + (size === 1 ? 0 : position[lead + axis]! * strides[axis]!), 0)
  ]!;
}

const listPositions = (target: Shape): number[][] => {
  const strides = computeStrides(target);
  return Array.from({ length: countElements(target) }, (_, index) =>
    target.map((size, axis) => Math.floor(index / strides[axis]!) % size),
  );
};

const counting = (size: number): number[] => Array.from({ length: size }, (_, index) => index * index - 3);

describe("broadcasting follows its definition", () => {
  test("of shapes: equal or 1 from the end, or a ShapeError", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const rank = Math.max(a.length, b.length);
        const pairs = Array.from({ length: rank }, (_, axis) => [
          a[axis - rank + a.length] ?? 1,
          b[axis - rank + b.length] ?? 1,
        ]);
        if (pairs.some(([x, y]) => x !== y && x !== 1 && y !== 1)) {
          expect(() => broadcastShapes([a, b], "test")).toThrow(ShapeError);
        } else {
          expect(broadcastShapes([a, b], "test")).toEqual(pairs.map(([x, y]) => (x === 1 ? y : x)));
        }
      }),
    );
  });

  test("of values, and back by sumTo", () => {
    fc.assert(
      fc.property(together, ([a, b]) => {
        const [x, y] = [counting(countElements(a)), counting(countElements(b)).map((value) => value / 2)];
        withExecutor(referenceExecutor, () => {
          const difference = sub(
            referenceTensor(x, { shape: a, dtype: f32 }),
            referenceTensor(y, { shape: b, dtype: f32 }),
          );
          const positions = listPositions(difference.shape);
          const naive = positions.map((position) => readValue(x, a, position) - readValue(y, b, position));
          expect([...readValues(difference)]).toEqual(naive);
          const sums = new Float64Array(countElements(a));
          const indices = Float64Array.from(sums.keys());
          for (const [index, position] of positions.entries())
            sums[readValue(indices, a, position)]! += naive[index]!;
          expect([...readValues(sumTo(difference, a))]).toEqual([...sums]);
        });
      }),
    );
  });

  test("of merged dimensions: the same elements in the same order", () => {
    fc.assert(
      fc.property(together, (parts) => {
        const target = broadcastShapes(parts, "test");
        fc.pre(countElements(target) > 0);
        const offsets = (space: readonly number[], strides: readonly number[]): number[] =>
          listPositions(space).map((position) =>
            position.reduce((sum, at, axis) => sum + at * strides[axis]!, 0),
          );
        const strides = parts.map((part) => {
          const own = computeStrides(part);
          const lead = target.length - part.length;
          return target.map((_, axis) => (axis < lead || part[axis - lead] === 1 ? 0 : own[axis - lead]!));
        });
        const merged = mergeDimensions(target, strides);
        expect(merged.shape.length).toBeLessThanOrEqual(Math.max(1, target.length));
        for (const [index, own] of strides.entries()) {
          expect(offsets(merged.shape, merged.strides[index]!)).toEqual(offsets(target, own));
        }
      }),
    );
  });
});

describe("devices agree with the reference for any shapes", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
  });
  afterAll(() => backend.close());

  const input = (of: Shape, seed: number) =>
    ({ shape: of, dtype: f32, values: { normal: [seed / 10, 1] } }) as const;

  async function expectConformance(op: AnyOp, attrs: object, shapes: readonly Shape[]): Promise<void> {
    const opCases: OpCases = { op, accuracy: "rounding", cases: [] };
    const outcome = await runCase(backend, opCases, {
      name: shapes.map((of) => of.join("x")).join(" "),
      inputs: shapes.map(input),
      attrs,
      scalars: [0.75],
    });
    expect(outcome.checks.filter(({ failure }) => failure !== undefined)).toEqual([]);
  }

  for (const op of [addOp, subOp, mulOp, maximumOp, greaterOp]) {
    test(op.name, async () => {
      await fc.assert(
        fc.asyncProperty(together, async ([a, b]) => expectConformance(op, {}, [a, b])),
        { numRuns: 40 },
      );
    });
  }

  type Step = readonly [
    name: "add" | "sub" | "mul" | "max" | "min" | "tanh" | "abs" | "select",
    a: number,
    b: number,
  ];
  const step: fc.Arbitrary<Step> = fc.tuple(
    fc.constantFrom("add", "sub", "mul", "max", "min", "tanh", "abs", "select"),
    fc.nat(),
    fc.nat(),
  );

  /** Each step uses earlier values: three inputs, a scalar, and the results of previous steps. */
  function buildSteps(steps: readonly Step[]): Expression {
    return buildExpression({ inputs: [f32, f32, f32], scalars: [f32] }, (inputs, [scalar]) => {
      const values: Value[] = [...inputs, scalar!];
      for (const [name, first, second] of steps) {
        const a = values[first % values.length]!;
        const b = values[second % values.length]!;
        if (name === "tanh" || name === "abs") values.push(e[name](a));
        else if (name === "select") values.push(e.select(e.less(a, b), a, e.mul(b, 0.5)));
        else values.push(e[name](a, b));
      }
      return [e.add(values.at(-1)!, values[0]!), e.mul(values.at(-1)!, values[1]!)];
    });
  }

  test("any fused expression", async () => {
    await fc.assert(
      fc.asyncProperty(together, fc.array(step, { maxLength: 10 }), async (shapes, steps) =>
        expectConformance(fusedOp, { expression: buildSteps(steps) }, shapes),
      ),
      // A fixed seed: a tie that only rounding breaks has two gradients.
      { numRuns: 60, seed: 7 },
    );
  });
});
