import type { DType } from "@evenkeel/tensor";
import { buildExpression, countElements, DTypeError, e, getComputeType } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { assembleExpression } from "./assemble.ts";
import type { Problem } from "./testing.ts";
import {
  computeExpected,
  countItems,
  instantiate,
  makeProblem,
  makeUniforms,
  runAssembled,
} from "./testing.ts";

const listNumbers = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Row-major strides of a shape whose axes in `kept` exist; the others are broadcast. */
function computeStrides(shape: readonly number[], kept: readonly boolean[]): number[] {
  const strides = shape.map(() => 0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!kept[axis]) continue;
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

const listAxes = (rank: number, mask: number): boolean[] =>
  listNumbers(rank).map((axis) => (mask >> axis) % 2 === 1);

function broadcastProblem(shape: readonly number[], masks: readonly number[]): Problem {
  const reads = masks.map((mask, read) => {
    const kept = listAxes(shape.length, mask);
    const size = countElements(shape.filter((_, axis) => kept[axis]));
    return {
      data: listNumbers(size).map((value) => value * (read + 2) - 7),
      strides: computeStrides(shape, kept),
    };
  });
  const expression = buildExpression({ inputs: ["f32", "i32"] }, ([a, b]) => [
    e.sub(e.mul(a!, 3), e.cast(b!, "f32")),
    e.add(e.indexLike(a!), e.cast(b!, "u32")),
  ]);
  return { expression, shape, reads };
}

describe("layouts", () => {
  test.each([1, 2, 3, 4, 5])("rank %i, every broadcast of either operand", (rank) => {
    const outer = [3, 2, 3, 2].slice(0, rank - 1);
    const full = 2 ** rank - 1;
    for (const length of rank > 3 ? [1, 3, 6] : [1, 2, 3, 4, 5, 7, 8, 15, 16, 21, 50]) {
      for (let mask = 0; mask <= full; mask++) {
        for (const masks of [
          [mask, full],
          [full, mask],
          [mask, full ^ mask],
        ]) {
          const problem = broadcastProblem([...outer, length], masks);
          expect(runAssembled(problem), `${problem.shape} ${masks}`).toEqual(computeExpected(problem));
        }
      }
    }
  });

  test("an empty share writes nothing", () => {
    const problem = broadcastProblem([2, 3, 5], [7, 7]);
    expect(runAssembled(problem, [0, 0, 6, 6])).toEqual(computeExpected(problem));
  });

  test("the output may use the memory of an input", () => {
    const expression = buildExpression({ inputs: ["f32"] }, ([x]) => e.add(x!, 1));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    const run = instantiate(assembleExpression(expression, { rank: 1, innermost: [1] }), memory);
    const data = new Float32Array(memory.buffer, 256, 37);
    data.set(listNumbers(37));
    run(0, 37, [256, 256]);
    expect([...data]).toEqual(listNumbers(37).map((value) => value + 1));
  });
});

describe("cuts", () => {
  const bodies = {
    short: buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) => e.div(a!, b!)),
    long: buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) =>
      e.tanh(e.add(e.exp(a!), e.pow(e.abs(b!), a!))),
    ),
  };
  test.each(Object.entries(bodies))(
    "a %s expression has the same bits wherever it is cut",
    (_, expression) => {
      const next = makeUniforms();
      const random = (length: number): number[] => listNumbers(length).map(() => 4 * next() - 2);
      const shapes = [
        { shape: [131], strides: [[1], [1]] },
        {
          shape: [7, 19],
          strides: [
            [19, 1],
            [0, 1],
          ],
        },
        {
          shape: [4, 3, 11],
          strides: [
            [33, 11, 1],
            [3, 1, 0],
          ],
        },
      ];
      for (const { shape, strides } of shapes) {
        const reads = strides.map((own) => ({ data: random(countElements(shape)), strides: own }));
        const problem = { expression, shape, reads };
        const whole = runAssembled(problem).map((array) => new Uint32Array(array.buffer));
        for (let round = 0; round < 20; round++) {
          const cuts = listNumbers(5)
            .map(() => Math.floor(next() * countItems(problem)))
            .sort((a, b) => a - b);
          expect(runAssembled(problem, cuts).map((array) => new Uint32Array(array.buffer))).toEqual(whole);
        }
      }
    },
  );
});

describe("storage", () => {
  const dtypes: readonly DType[] = ["f32", "i32", "u32", "u8", "bool"];
  const samples = (dtype: DType): number[] =>
    listNumbers(43).map((index) =>
      dtype === "bool" ? index % 2 : dtype === "u8" ? (index * 37) % 256 : index * 5,
    );

  test.each(dtypes.flatMap((from) => dtypes.map((to): [DType, DType] => [from, to])))(
    "%s to %s",
    (from, to) => {
      const expression = buildExpression({ inputs: [from, from], outputs: [to] }, ([a, b]) =>
        e.cast(from === "bool" ? e.and(a!, b!) : e.max(a!, b!), getComputeType(to)),
      );
      for (const strides of [[0], [1]]) {
        const reads = [
          { data: samples(from), strides: [1] },
          { data: samples(from).reverse(), strides },
        ];
        const problem = { expression, shape: [43], reads };
        expect(runAssembled(problem)).toEqual(computeExpected(problem));
      }
    },
  );

  test("u8 wraps modulo 256", () => {
    const expression = buildExpression({ inputs: ["u8"], outputs: ["u8"] }, ([x]) =>
      e.sub(e.mul(x!, 3), 100),
    );
    const problem = makeProblem(expression, [listNumbers(256)]);
    expect([...runAssembled(problem)[0]!]).toEqual(listNumbers(256).map((x) => (x * 3 - 100) & 255));
  });

  test("a value is converted to the type it is stored as", () => {
    const expression = buildExpression({ inputs: ["f32"], outputs: ["bool", "f32", "i32"] }, ([x]) => [
      x!,
      e.greater(x!, 1),
      x!,
    ]);
    const [bool, f32, i32] = runAssembled(makeProblem(expression, [[0, 1.5, -2.5, 1]]));
    expect([...bool!]).toEqual([0, 1, 1, 1]);
    expect([...f32!]).toEqual([0, 1, 0, 0]);
    expect([...i32!]).toEqual([0, 1, -2, 1]);
  });

  test("f16 is rejected", () => {
    const expression = buildExpression({ inputs: ["f16"] }, ([x]) => x!);
    expect(() => assembleExpression(expression, { rank: 1, innermost: [1] })).toThrow(DTypeError);
  });
});

test("one value in several outputs, and outputs without inputs", () => {
  const twice = buildExpression({ inputs: ["f32"] }, ([x]) => [x!, e.neg(x!), x!]);
  const problem = makeProblem(twice, [listNumbers(23)]);
  expect(runAssembled(problem)).toEqual(computeExpected(problem));
  const fill = buildExpression({ inputs: [], scalars: ["f32"] }, (_, [a]) => [e.mul(a!, 2), e.indexLike(a!)]);
  const filled = { expression: fill, shape: [45], reads: [], scalars: [1.5] };
  expect(runAssembled(filled)).toEqual(computeExpected(filled));
});

test("sixty operands", () => {
  const inputs = listNumbers(60).map((): DType => "f32");
  const expression = buildExpression({ inputs }, (values) =>
    values.reduce((sum, value) => e.add(sum, value)),
  );
  const problem = makeProblem(
    expression,
    listNumbers(60).map((input) => listNumbers(21).map((index) => input * index)),
  );
  expect(runAssembled(problem)).toEqual(computeExpected(problem));
});

test("plain memory can be used after one byte is patched", () => {
  const expression = buildExpression({ inputs: ["f32"] }, ([x]) => e.mul(x!, 2));
  const bytes = assembleExpression(expression, { rank: 1, innermost: [1] });
  const name = [..."memory"].map((letter) => letter.charCodeAt(0));
  const at = bytes.findIndex((_, start) => name.every((letter, index) => bytes[start + index] === letter));
  expect([...bytes.slice(at + 6, at + 12)]).toEqual([2, 3, 1, 0x80, 0x80, 4]);
  bytes[at + 7] = 1;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const run = instantiate(bytes, memory);
  new Float32Array(memory.buffer).set([1, 2, 3]);
  run(0, 3, [0, 64]);
  expect([...new Float32Array(memory.buffer, 64, 4)]).toEqual([2, 4, 6, 0]);
});
