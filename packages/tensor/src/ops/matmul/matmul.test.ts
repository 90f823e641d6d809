import { describe, expect, test } from "vitest";
import { computeLargestError, randomFrom, runLoops, runOp } from "../../../test/run-op.ts";
import type { Limits, Spec, WasmKernel } from "../../index.ts";
import { buildExpression, DTypeError, e, ShapeError } from "../../index.ts";
import { makeEpilogue } from "./epilogue.ts";
import { matmulOp } from "./matmul.ts";
import type { MatmulAttributes } from "./matmul-shape.ts";
import { planMatmul, planTiling } from "./wasm/matmul-plan.ts";

const plain: MatmulAttributes = { transposeA: false, transposeB: false };
const limits: Limits = { storage: {}, maxBufferBytes: 2 ** 32, offsetAlignment: 4, features: new Set() };
const f32 = (...shape: number[]): Spec => ({ shape, dtype: "f32" });

describe.each([
  ["plain", []],
  ["relaxed", ["relaxed-simd"]],
  ["wide", ["relaxed-simd", "wide-simd"]],
])("the %s kernel", (_, features) => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))("agrees with the loops, seed %i", (seed) => {
    const random = randomFrom(seed);
    const [m, n, k] = [random.integer(1, 40), random.integer(1, 40), random.integer(1, 90)];
    const attrs = { transposeA: random.integer(0, 1) === 1, transposeB: random.integer(0, 1) === 1 };
    const epilogue = makeEpilogue(
      "",
      random.integer(0, 1) === 1,
      random.integer(0, 1) === 1 ? "relu" : { leakyRelu: 0.5 },
    );
    const batch = [random.integer(1, 3), random.integer(1, 3)];
    const inputs = [
      random.array([batch[0]!, 1, ...(attrs.transposeA ? [k, m] : [m, k])]),
      random.array([batch[1]!, ...(attrs.transposeB ? [n, k] : [k, n])]),
      ...(epilogue!.expression.inputs.length === 2 ? [random.array([n])] : []),
    ];
    const all = { ...attrs, epilogue };
    const [found] = runOp(matmulOp, inputs, all, { features });
    expect(computeLargestError(found!, runLoops(matmulOp, inputs, all)[0]!, k)).toBeLessThan(1);
  });

  test.each([
    { transposeA: false, transposeB: false },
    { transposeA: true, transposeB: false },
    { transposeA: false, transposeB: true },
  ])("agrees with the loops if both operands are packed first, %j", (attrs) => {
    const random = randomFrom(3);
    const [m, n, k] = [131, 133, 600];
    const epilogue = makeEpilogue("", true, "relu");
    const inputs = [
      random.array(attrs.transposeA ? [k, m] : [m, k]),
      random.array(attrs.transposeB ? [n, k] : [k, n]),
      random.array([n]),
    ];
    const all = { ...attrs, epilogue };
    const [found] = runOp(matmulOp, inputs, all, { features });
    expect(computeLargestError(found!, runLoops(matmulOp, inputs, all)[0]!, k)).toBeLessThan(1);
  });

  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    "agrees with the loops for few rows, seed %i",
    (seed) => {
      const random = randomFrom(100 + seed);
      const [m, n, k] = [random.integer(1, 9), random.integer(30, 140), random.integer(1, 90)];
      const epilogue = makeEpilogue("", true, { leakyRelu: 0.5 });
      const attrs = { transposeA: seed % 2 === 1, transposeB: seed % 3 === 1, epilogue };
      const inputs = [
        random.array(attrs.transposeA ? [k, m] : [m, k]),
        random.array(attrs.transposeB ? [n, k] : [k, n]),
        random.array([m, 1]),
      ];
      const [found] = runOp(matmulOp, inputs, attrs, { features });
      expect(computeLargestError(found!, runLoops(matmulOp, inputs, attrs)[0]!, k)).toBeLessThan(1);
    },
  );

  // Depths whose panels of six rows end at the end of a cache line, and others; enough tiles to pack together.
  test.each([72, 100, 104])("packs panels that do not overlap, depth %i", (k) => {
    const random = randomFrom(k);
    const inputs = [random.array([520, k]), random.array([k, 520])];
    expect(planMatmul(inputs, plain, limits).launches).toHaveLength(2);
    const forward = runOp(matmulOp, inputs, plain, { features });
    expect(runOp(matmulOp, inputs, plain, { features, backwards: true })).toEqual(forward);
  });

  // Two blocks of the depth, columns that no tile divides, and rows that no panel does. Errors are in units of 2^-24 (2 + k), for partial
  // sums of about 1; those of such depths reach 30, and the worst of 53,000 may be twice as far off.
  test.each([
    ["is read as it is where its rows run along the depth", 600, false, 1],
    ["is packed once for all tiles where they do not", 600, true, 2],
    ["is packed where they lie 4 KiB apart", 1024, false, 2],
  ] as const)("a of one row of tiles %s", (_name, k, transposeA, count) => {
    const random = randomFrom(11);
    const [m, n] = [101, 530];
    const attrs = { ...plain, transposeA };
    const inputs = [random.array(transposeA ? [k, m] : [m, k]), random.array([k, n])];
    const { launches, temporaries } = planMatmul(inputs, attrs, limits);
    expect(launches).toHaveLength(count);
    for (const { shape } of temporaries) expect(shape[0]).toBeLessThan(1.1 * m * k);
    const [forward] = runOp(matmulOp, inputs, attrs, { features });
    expect(runOp(matmulOp, inputs, attrs, { features, backwards: true })).toEqual([forward]);
    expect(computeLargestError(forward!, runLoops(matmulOp, inputs, attrs)[0]!, k)).toBeLessThan(2);
  });

  test("a of a batch is read as it is, in two blocks of the depth, with an epilogue", () => {
    const random = randomFrom(12);
    const [m, n, k] = [23, 70, 540];
    const attrs = { ...plain, epilogue: makeEpilogue("", true, { leakyRelu: 0.5 }) };
    const inputs = [random.array([3, m, k]), random.array([k, n]), random.array([n])];
    const [forward] = runOp(matmulOp, inputs, attrs, { features });
    expect(runOp(matmulOp, inputs, attrs, { features, backwards: true })).toEqual([forward]);
    expect(computeLargestError(forward!, runLoops(matmulOp, inputs, attrs)[0]!, k)).toBeLessThan(2);
  });

  test("gives the same bits for chunks in any order", () => {
    const random = randomFrom(7);
    const inputs = [random.array([4, 70, 300]), random.array([300, 90])];
    const forward = runOp(matmulOp, inputs, plain, { features });
    expect(runOp(matmulOp, inputs, plain, { features, backwards: true })).toEqual(forward);
  });
});

// Depths of several blocks, of which those of wide panels are shorter, and edges that are whole panels of only one of them.
test.each(Array.from({ length: 24 }, (_, seed) => seed))(
  "wide panels give the same bits as narrow ones, seed %i",
  (seed) => {
    const random = randomFrom(200 + seed);
    const [m, n, k] = [random.integer(1, 40), random.integer(1, 60), random.integer(1, 1200)];
    const attrs = {
      transposeA: random.integer(0, 1) === 1,
      transposeB: random.integer(0, 1) === 1,
      epilogue: makeEpilogue("", true, "relu"),
    };
    const inputs = [
      random.array(attrs.transposeA ? [k, m] : [m, k]),
      random.array(attrs.transposeB ? [n, k] : [k, n]),
      random.array(random.integer(0, 1) === 1 ? [n] : [m, 1]),
    ];
    const [narrow, wide] = [["relaxed-simd"], ["relaxed-simd", "wide-simd"]].map((features) =>
      runOp(matmulOp, inputs, attrs, { features }),
    );
    expect(wide).toEqual(narrow);
  },
);

test("a tile of zeros beyond the matrix does not turn infinities into NaN", () => {
  const a = { ...f32(1, 2), data: Float64Array.of(Number.POSITIVE_INFINITY, 1) };
  const b = { ...f32(2, 3), data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  expect([...runOp(matmulOp, [a, b], plain)[0]!]).toEqual(new Array(3).fill(Number.POSITIVE_INFINITY));
});

describe("plans", () => {
  const kinds = (inputs: readonly Spec[], attrs: Partial<MatmulAttributes>) =>
    planMatmul(inputs, { ...plain, ...attrs }, limits).launches.map(({ kind }) => kind);

  test("bias, residual and activation are part of the product", () => {
    const epilogue = makeEpilogue("", true, "relu");
    expect(kinds([f32(8, 4), f32(4, 6), f32(6)], { epilogue })).toEqual(["kernel"]);
    expect(kinds([f32(8, 4), f32(4, 6), f32(8, 6)], { epilogue })).toEqual(["kernel"]);
  });

  test("any other epilogue is one more launch, in place", () => {
    const epilogue = { expression: buildExpression({ inputs: ["f32"] }, ([x]) => e.tanh(x!)) };
    expect(kinds([f32(8, 4), f32(4, 6)], { epilogue })).toEqual(["kernel", "expression"]);
  });

  test("wide modules multiply more than 8 columns on devices that join vectors", () => {
    const wide = { ...limits, features: new Set(["relaxed-simd", "wide-simd"]) };
    const listBits = (n: number, on: Limits) =>
      planMatmul([f32(520, 70), f32(70, n)], plain, on).launches.map(
        (launch) => launch.kind === "kernel" && (launch.kernel as WasmKernel).vectorBits,
      );
    expect(listBits(520, wide)).toEqual([256, 256]);
    expect(listBits(9, wide)).toEqual([256]);
    expect(listBits(8, wide)).toEqual([128]);
    expect(listBits(1, wide)).toEqual([256]);
    expect(listBits(520, { ...limits, features: new Set(["wide-simd"]) })).toEqual([128, 128]);
  });

  test("nothing is launched for an empty result", () => {
    expect(kinds([f32(0, 4), f32(4, 6)], {})).toEqual([]);
  });

  test("batches that do not merge into two dimensions take several launches", () => {
    expect(kinds([f32(2, 1, 2, 1, 3, 4), f32(1, 3, 1, 2, 4, 2)], {})).toHaveLength(6);
  });

  test.each([
    { rows: 4, columns: 8 },
    { rows: 6, columns: 8 },
    { rows: 6, columns: 16 },
  ])("tiles are panels of $rows rows and $columns columns, and fit their bounds", (panels) => {
    for (const [m, n, k] of [
      [1, 1, 1],
      [5, 9, 3],
      [1024, 1024, 1024],
      [128, 10, 512],
      [3, 100_000, 70_000],
    ] as const) {
      const { rows, columns, depth } = planTiling(1, m, n, k, panels);
      expect([rows % panels.rows, columns % panels.columns, depth % 4]).toEqual([0, 0, 0]);
      expect(rows < 128 + panels.rows && columns <= 128 && depth * panels.columns <= 4096).toBe(true);
    }
  });

  test("operands that many tiles read are packed once, in a launch before", () => {
    expect(kinds([f32(512, 512), f32(512, 512)], {})).toEqual(["kernel", "kernel"]);
    expect(kinds([f32(512, 8), f32(8, 8)], {})).toEqual(["kernel"]);
    expect(kinds([f32(8, 2048), f32(2048, 2048)], {})).toEqual(["kernel"]);
    expect(kinds([f32(16, 512, 512), f32(512, 512)], {})).toEqual(["kernel"]);
  });

  test("a large product has work for several threads", () => {
    const { rows, columns } = planTiling(1, 512, 512, 512, { rows: 6, columns: 8 });
    expect(Math.ceil(512 / rows) * Math.ceil(512 / columns)).toBeGreaterThanOrEqual(16);
  });
});

describe("shapes", () => {
  const computeShape = (a: Spec, b: Spec, attrs: Partial<MatmulAttributes> = {}) =>
    matmulOp.outputs([a, b], { ...plain, ...attrs })[0]!.shape;

  test("batches broadcast", () => {
    expect(computeShape(f32(5, 1, 2, 3), f32(4, 3, 6))).toEqual([5, 4, 2, 6]);
    expect(computeShape(f32(3, 2), f32(6, 3), { transposeA: true, transposeB: true })).toEqual([2, 6]);
  });

  test("errors show both shapes", () => {
    expect(() => computeShape(f32(2, 3), f32(4, 5))).toThrow(
      "found [2, 3] times [4, 5], expected 3 rows in b, found 4",
    );
    expect(() => computeShape(f32(2, 3, 4), f32(3, 4, 5))).toThrow(ShapeError);
    expect(() => computeShape(f32(3), f32(3, 5))).toThrow("a: found [3], expected two dimensions or more");
    expect(() => computeShape(f32(2, 3), { shape: [3, 2], dtype: "i32" })).toThrow(DTypeError);
  });

  test("the addend of the epilogue must broadcast to the product", () => {
    const epilogue = makeEpilogue("", true);
    const inputs = [f32(2, 3), f32(3, 4), f32(5)];
    expect(() => matmulOp.outputs(inputs, { ...plain, epilogue })).toThrow(ShapeError);
    expect(() => matmulOp.outputs([f32(2, 3), f32(3, 4), f32(2, 2, 4)], { ...plain, epilogue })).toThrow(
      ShapeError,
    );
    expect(() => matmulOp.outputs(inputs, plain)).toThrow(
      "found f32 [5] for the epilogue, expected 0 tensors",
    );
  });
});
