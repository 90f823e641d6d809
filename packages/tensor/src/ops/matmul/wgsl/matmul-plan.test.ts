import { describe, expect, test } from "vitest";
import type { KernelLaunch, Limits, ScalarSlot, Shape, Slot, Spec, WgslKernel } from "../../../index.ts";
import { buildExpression, e } from "../../../index.ts";
import { makeEpilogue } from "../epilogue.ts";
import type { MatmulAttributes } from "../matmul-shape.ts";
import { planShaderMatmul } from "./matmul-plan.ts";

const limits: Limits = { storage: {}, maxBufferBytes: 2 ** 32, offsetAlignment: 256, features: new Set() };

function makePlan(shapes: readonly Shape[], attrs: Partial<MatmulAttributes> = {}) {
  const inputs = shapes.map((shape): Spec => ({ shape, dtype: "f32" }));
  return planShaderMatmul(inputs, { transposeA: false, transposeB: false, ...attrs }, limits);
}

const nameLaunch = (launch: ReturnType<typeof makePlan>["launches"][number]): string =>
  launch.kind === "kernel" ? launch.kernel.entry : launch.kind;
const listEntries = (...args: Parameters<typeof makePlan>): string[] =>
  makePlan(...args).launches.map(nameLaunch);

describe("launches", () => {
  test("bias, residual and activation are part of the product", () => {
    const epilogue = makeEpilogue("", true, "relu");
    expect(listEntries([[8, 4], [4, 6], [6]], { epilogue })).toEqual(["matmul"]);
    expect(
      listEntries(
        [
          [8, 4],
          [4, 6],
          [8, 6],
        ],
        { epilogue },
      ),
    ).toEqual(["matmul"]);
  });

  test("any other epilogue is one more launch, in place", () => {
    const epilogue = { expression: buildExpression({ inputs: ["f32"] }, ([x]) => e.tanh(x!)) };
    expect(
      listEntries(
        [
          [8, 4],
          [4, 6],
        ],
        { epilogue },
      ),
    ).toEqual(["matmul", "expression"]);
  });

  test("slices of the depth are merged by one more launch, which applies the epilogue", () => {
    const epilogue = makeEpilogue("", true, "relu");
    const { launches, temporaries } = makePlan([[9, 3000], [3000, 20], [20]], { epilogue });
    expect(launches.map(nameLaunch)).toEqual(["matmul", "mergeSlices"]);
    const [product, merge] = launches as KernelLaunch<Slot, ScalarSlot>[];
    expect(product!.reads).toEqual([{ input: 0 }, { input: 1 }, undefined]);
    expect(merge!.reads).toEqual([{ temporary: 0 }, { input: 2 }]);
    expect([product!.parameters[0], merge!.parameters[0]]).toEqual([1, 0]);
    expect(temporaries).toEqual([{ shape: [merge!.parameters[2], 180], dtype: "f32" }]);
  });

  test("are none for an empty result, and one for an empty depth", () => {
    expect(
      listEntries([
        [0, 4],
        [4, 6],
      ]),
    ).toEqual([]);
    expect(
      listEntries([
        [3, 0],
        [0, 6],
      ]),
    ).toEqual(["matmul"]);
  });

  test("are several for batches that do not merge into two dimensions", () => {
    expect(
      listEntries([
        [2, 1, 2, 1, 3, 4],
        [1, 3, 1, 2, 4, 2],
      ]),
    ).toHaveLength(6);
  });

  test("more workgroups than fit in one dimension are folded", () => {
    const [launch] = makePlan([
      [70_000, 1, 1],
      [70_000, 1, 1],
    ]).launches;
    expect((launch as { work?: unknown }).work).toEqual({ workgroups: [35_000, 2, 1] });
  });
});

describe("vectors", () => {
  /** Types of a, b and c. */
  function listTypes(...args: Parameters<typeof makePlan>): (string | undefined)[] {
    const { kernel } = makePlan(...args).launches[0] as unknown as { readonly kernel: WgslKernel };
    return ["A", "B", "C"].map((name) => new RegExp(`alias ${name} = (\\w+);`).exec(kernel.code)?.[1]);
  }

  test("aligned operands are read and written as such, transposed or not", () => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        expect(
          listTypes(
            [
              [16, 16],
              [16, 16],
            ],
            { transposeA, transposeB },
          ),
        ).toEqual(["vec4f", "vec4f", "vec4f"]);
      }
    }
  });

  test("an odd depth, or odd columns, only concern the operands that have them contiguous", () => {
    expect(
      listTypes([
        [8, 5],
        [5, 8],
      ]),
    ).toEqual(["f32", "vec4f", "vec4f"]);
    expect(
      listTypes([
        [8, 8],
        [8, 7],
      ]),
    ).toEqual(["vec4f", "f32", "f32"]);
    expect(
      listTypes(
        [
          [8, 8],
          [7, 8],
        ],
        { transposeB: true },
      ),
    ).toEqual(["vec4f", "vec4f", "f32"]);
  });

  test("matrices of a batch must begin at whole vectors", () => {
    expect(
      listTypes([
        [2, 3, 6],
        [2, 6, 4],
      ]),
    ).toEqual(["f32", "vec4f", "vec4f"]);
  });
});
