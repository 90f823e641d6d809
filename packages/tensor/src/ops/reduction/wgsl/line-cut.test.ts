import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countElements } from "../../../core/spec.ts";
import { computeReducedShape } from "../reduction-geometry.ts";
import type { LineCut } from "./line-cut.ts";
import { countLanes, cutLines, cutReduction, workgroupSize } from "./line-cut.ts";

const sizes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(64, 1000, 70_001));

const shapeAndAxes = fc
  .array(sizes, { maxLength: 4 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, axis) => axis))));

/** Elements, or states of elements, that a cut reads. */
const countCovered = ({ layout, lines, steps }: LineCut): number =>
  lines * steps * (layout === "single" ? 1 : 4);

describe("the cuts of a reduction", () => {
  test("each reads the output of the previous one, and the last leaves one value for each result", () => {
    fc.assert(
      fc.property(shapeAndAxes, ([shape, axes]) => {
        let elements = countElements(shape);
        for (const cut of cutReduction(shape, axes)) {
          expect(countCovered(cut)).toBe(elements);
          expect(cut.parts * cut.partSteps).toBeGreaterThanOrEqual(cut.steps);
          expect((cut.parts - 1) * cut.partSteps).toBeLessThan(cut.steps);
          elements = cut.parts * cut.lines * countLanes(cut.layout);
        }
        expect(elements).toBe(countElements(computeReducedShape(shape, { axes, keepDims: true })));
      }),
    );
  });

  test("a workgroup holds whole lines", () => {
    fc.assert(
      fc.property(shapeAndAxes, ([shape, axes]) => {
        for (const { threads, span, lines, blocks } of cutReduction(shape, axes)) {
          expect(span * threads).toBe(workgroupSize);
          expect(blocks).toBe(Math.ceil(lines / (workgroupSize / threads)));
        }
      }),
    );
  });

  test.each([
    [[1000], [0], 1],
    [[512, 512], [0, 1], 2],
    [[2 ** 28], [0], 2],
    [[32, 64, 56, 56], [0, 2, 3], 2],
    [[32, 56, 56, 64], [0, 1, 2], 2],
    [[2, 3, 1_000_000], [0, 2], 2],
    [[4096, 1024], [1], 1],
    [[64, 1000], [0], 1],
    [[4096, 1000], [0], 2],
    [[64, 1, 10], [1], 0],
    [[0, 3], [0], 1],
  ])("%j over %j takes %i launches", (shape, axes, launches) => {
    expect(cutReduction(shape, axes)).toHaveLength(launches);
  });
});

describe("the layout of loads", () => {
  test.each([
    ["along", { outer: 5, length: 8, inner: 1 }],
    ["single", { outer: 4, length: 7, inner: 1 }],
    ["across", { outer: 2, length: 3, inner: 12 }],
    ["single", { outer: 2, length: 4, inner: 6 }],
  ])("vectors are loaded %s if lengths are divisible: %j", (layout, group) => {
    expect(cutLines(group).layout).toBe(layout);
    expect(cutLines(group, "states").layout).toBe("single");
  });

  test("short lines share a workgroup, long ones are shared by it", () => {
    expect(cutLines({ outer: 1000, length: 10, inner: 1 })).toMatchObject({
      threads: 4,
      blocks: 16,
      parts: 1,
    });
    expect(cutLines({ outer: 1000, length: 4096, inner: 1 })).toMatchObject({
      threads: 256,
      blocks: 1000,
      parts: 1,
    });
  });

  test("neighbouring lines are in one workgroup, so that threads load neighbouring elements", () => {
    const { threads } = cutLines({ outer: 1, length: 100_000, inner: 64 });
    expect(workgroupSize / threads).toBe(16);
  });

  test("there are enough parts to fill a GPU, and few enough to merge", () => {
    for (const group of [
      { outer: 1, length: 2 ** 28, inner: 1 },
      { outer: 1, length: 2 ** 20, inner: 64 },
    ]) {
      const { blocks, parts } = cutLines(group);
      expect(blocks * parts).toBeGreaterThanOrEqual(512);
      expect(parts).toBeLessThanOrEqual(1024);
    }
  });
});
