import type { Expression } from "@evenkeel/tensor";
import { buildExpression, e } from "@evenkeel/tensor";
import { makeBuffer, makeView, readValues } from "@evenkeel/tensor/testing";
import { describe, expect, it } from "vitest";
import { computeWork } from "../src/launches/expression-kernels.ts";
import { makeLaunch } from "./devices.ts";
import { onEveryDevice } from "./every-device.ts";

const multiplyAdd = (): Expression =>
  buildExpression({ inputs: ["f32", "f32"], scalars: ["f32"] }, ([x, y], [s]) => e.add(e.mul(x!, s!), y!));

onEveryDevice((test) => {
  describe("expressions", () => {
    it("read operands by their strides, in chunks", async () => {
      const [rows, columns] = [3000, 7];
      const x = makeBuffer(
        test.backend,
        Array.from({ length: rows * columns }, (_, i) => i % 1000),
      );
      const y = makeBuffer(test.backend, [1, 2, 3, 4, 5, 6, 7]);
      const expected = Float32Array.from(
        { length: rows * columns },
        (_, i) => 2 * (i % 1000) + (i % columns) + 1,
      );
      test.keepBusy();
      test.backend.launch({
        kind: "expression",
        expression: multiplyAdd(),
        shape: [rows, columns],
        reads: [
          { operand: makeView(x), strides: [columns, 1] },
          { operand: makeView(y), strides: [0, 1] },
        ],
        writes: [makeView(x)],
        scalars: [2],
      });
      expect(await readValues(test.backend, x)).toEqual(expected);
    });

    it("run in order with kernels, with changing scalars", async () => {
      const x = makeBuffer(test.backend, Array(20_000).fill(1));
      const expression = multiplyAdd();
      for (const scalar of [2, 3]) {
        test.backend.launch(makeLaunch("addTo", [x], [1], { items: 20_000, chunk: 64 }));
        test.backend.launch({
          kind: "expression",
          expression,
          shape: [20_000],
          reads: [makeView(x), makeView(x)].map((operand) => ({ operand, strides: [1] })),
          writes: [makeView(x)],
          scalars: [scalar],
        });
      }
      // ((1 + 1) * 3 + 1) * 4
      expect((await readValues(test.backend, x)).every((value) => value === 28)).toBe(true);
    });

    it("are named after what they compute when they fail", async () => {
      const x = makeBuffer(test.backend, [1]);
      test.backend.launch({
        kind: "expression",
        expression: multiplyAdd(),
        shape: [2 ** 30],
        reads: [makeView(x), makeView(x)].map((operand) => ({ operand, strides: [1] })),
        writes: [makeView(x)],
        scalars: [0],
      });
      await expect(test.backend.idle()).rejects.toThrow(
        /launch "expression mul add" failed: memory access out of bounds/,
      );
    });
  });
});

describe("the work of an expression", () => {
  it("is divided only by the shape", () => {
    expect(computeWork([100_000])).toEqual({ items: 100_000, chunk: 8192 });
    expect(computeWork([6, 5, 100])).toEqual({ items: 30, chunk: 81 });
    expect(computeWork([3, 100_000])).toEqual({ items: 3, chunk: 1 });
    expect(computeWork([3, 0])).toEqual({ items: 0, chunk: 8192 });
  });
});
