import type { Plan, Shape, Spec } from "@evenkeel/tensor";
import { countElements, findPlanner, loadPlans } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchNormTrainingOp } from "../src/batch-norm/batch-norm-training.ts";
import { planGrid } from "../src/cpu/grid.ts";
import { normalizeGradientOp } from "../src/gradient/gradient.ts";
import { listGradientAliases } from "../src/gradient/gradient-aliases.ts";
import { gradientApplyOp } from "../src/gradient/gradient-apply.ts";
import { gradientSumsOp } from "../src/gradient/gradient-sums.ts";
import { normalizeOp } from "../src/normalize/normalize.ts";
import { computeLayout, countValuesPerChannel } from "../src/operands/layout.ts";
import type { NormalizationAttributes } from "../src/pre-activation/attributes.ts";
import { statisticsOp } from "../src/statistics/statistics.ts";
import { limits } from "./limits.ts";

const device = { languages: ["wasm"] };
await loadPlans(device.languages);

const f32 = (shape: Shape): Spec => ({ shape, dtype: "f32" });
const everything: NormalizationAttributes = { axis: 1, epsilon: 1e-5, activation: "relu", residual: true };

/** The plan of a training forward pass with every operand there is. */
function planTraining(shape: Shape, axis = 1, donated: readonly boolean[] = []): Plan {
  const [x, channels] = [f32(shape), f32([shape[axis]!])];
  const inputs = [x, channels, channels, x, channels, channels];
  return findPlanner(batchNormTrainingOp, device)!(inputs, { ...everything, axis }, limits, donated);
}

function planGradient(shape: Shape, axis = 1, ofBatch = true): Plan {
  const [x, channels] = [f32(shape), f32([shape[axis]!])];
  const inputs = [x, x, f32([4, shape[axis]!]), channels, channels, x];
  return findPlanner(normalizeGradientOp, device)!(inputs, { ...everything, axis, ofBatch }, limits, []);
}

/** The plans of the two halves of a backward pass. */
function halfPlans(shape: Shape, axis = 1, donated: readonly boolean[] = []): [sums: Plan, apply: Plan] {
  const channels = shape[axis]!;
  const common = [f32(shape), f32(shape), f32([4, channels]), f32([channels]), f32([channels])];
  const attrs = { ...everything, axis };
  return [
    findPlanner(gradientSumsOp, device)!([...common, f32(shape)], attrs, limits, donated),
    findPlanner(gradientApplyOp, device)!([...common, f32([2, channels])], attrs, limits, donated),
  ];
}

/**
 * Shapes and channel axes of networks, and how often their batch norms launch: once where an item holds whole channels, else twice:
 * tensors of 2 MiB and more are streamed since docs/decisions/0012.
 */
const launches: readonly (readonly [name: string, shape: Shape, axis: number, count: number])[] = [
  ["ResNet-50's first", [32, 64, 56, 56], 1, 2],
  ["CIFAR ResNet", [128, 16, 32, 32], 1, 2],
  ["small batches of it", [16, 16, 32, 32], 1, 1],
  ["multilayer perceptron", [128, 512], 1, 1],
  ["last feature maps of a VGG", [128, 512, 2, 2], 1, 1],
  ["pictures", [64, 3, 224, 224], 1, 2],
  ["one channel", [128, 1, 28, 28], 1, 2],
  ["NHWC", [32, 56, 56, 64], 3, 2],
  ["small NHWC", [32, 7, 7, 512], 3, 1],
  ["sequences", [64, 256, 200], 1, 2],
  ["one long picture", [1, 64, 224, 224], 1, 1],
  ["volumes", [4, 32, 16, 32, 32], 1, 2],
];

describe("launches", () => {
  test.each(launches)(
    "%s: forward with running statistics, residual and relu",
    (_name, shape, axis, count) => {
      expect(planTraining(shape, axis).launches.length).toBe(count);
    },
  );

  test.each(launches)("%s: backward", (_name, shape, axis, count) => {
    expect(planGradient(shape, axis).launches.length).toBe(count);
    expect(planGradient(shape, axis, false).launches.length).toBe(count);
  });

  test.each(launches)("%s: backward in two halves", (_name, shape, axis, count) => {
    expect(halfPlans(shape, axis).map((plan) => plan.launches.length)).toEqual([count, 1]);
  });

  test("are at most two for any shape, and one to normalize by given statistics", () => {
    const dimension = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 70_000 }));
    const shapes = fc
      .array(dimension, { minLength: 2, maxLength: 5 })
      .filter((shape) => countElements(shape) < 2 ** 30);
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(planTraining(shape).launches.length).toBeLessThanOrEqual(2);
        expect(planGradient(shape).launches.length).toBeLessThanOrEqual(2);
        const channels = f32([shape[1]!]);
        const inputs = [f32(shape), f32([4, shape[1]!]), channels, channels, f32(shape)];
        const plan = findPlanner(normalizeOp, device)!(inputs, everything, limits, []);
        expect(plan.launches.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("are none without channels", () => {
    expect(planTraining([3, 0, 2]).launches).toEqual([]);
    expect(planGradient([3, 0, 2]).launches).toEqual([]);
    expect(halfPlans([3, 0, 2]).map(({ launches }) => launches)).toEqual([[], []]);
    expect(findPlanner(statisticsOp, device)!([f32([3, 0])], { axis: 1 }, limits, []).launches).toEqual([]);
  });
});

describe("memory", () => {
  test("y takes the memory of a donated x", () => {
    expect(planTraining([8, 16, 8, 8], 1, [true]).aliases).toEqual([[0, 0]]);
    expect(planTraining([8, 16, 8, 8]).aliases).toEqual([]);
  });

  test("gradients take the memory of a donated dy, and of x", () => {
    const aliases = (donated: readonly boolean[], attrs: Partial<NormalizationAttributes> = {}) =>
      listGradientAliases({ ...everything, ofBatch: true, ...attrs }, donated);
    expect(aliases([true, true])).toEqual([
      [0, 1],
      [3, 0],
    ]);
    expect(aliases([true, false])).toEqual([[3, 0]]);
    expect(aliases([true, true], { residual: false })).toEqual([[0, 0]]);
    expect(aliases([false, true], { activation: "none" })).toEqual([[0, 1]]);
    expect(aliases([false, false])).toEqual([]);
  });

  test("dz and dx take the memory of a donated dy; otherwise dx takes that of x", () => {
    const aliases = (donated: readonly boolean[]) =>
      halfPlans([8, 16, 8, 8], 1, donated).map((plan) => plan.aliases);
    expect(aliases([true, true])).toEqual([[[1, 0]], [[0, 0]]]);
    expect(aliases([false, true])).toEqual([[], [[0, 1]]]);
    expect(aliases([])).toEqual([[], []]);
  });

  test("temporaries are no larger than the statistics of 16 parts", () => {
    for (const [, shape, axis] of launches) {
      const bytes = [planTraining(shape, axis), planGradient(shape, axis)]
        .flatMap(({ temporaries }) => temporaries)
        .map((temporary) => 4 * countElements(temporary.shape));
      expect(Math.max(0, ...bytes)).toBeLessThanOrEqual(16 * 4 * 4 * shape[axis]!);
    }
  });

  test("the backward pass keeps x, and y only if a residual requires it", () => {
    const kept = (attrs: Partial<NormalizationAttributes>) =>
      batchNormTrainingOp.gradient!.reads({ ...everything, ...attrs });
    expect(kept({ activation: "none", residual: false })).toEqual({ inputs: [0, 1], outputs: [1] });
    expect(kept({ activation: "none" })).toEqual({ inputs: [0, 1], outputs: [1] });
    expect(kept({ residual: false })).toEqual({ inputs: [0, 1, 2], outputs: [1] });
    expect(kept({})).toEqual({ inputs: [0, 1], outputs: [0, 1] });
  });
});

describe("grid", () => {
  const layouts = fc
    .record({ outer: fc.nat(5000), channels: fc.nat(5000), inner: fc.nat(70_000) })
    .filter(({ outer, channels, inner }) => outer * channels * inner < 2 ** 30);

  test("items cover every value once", () => {
    fc.assert(
      fc.property(layouts, fc.constantFrom(true, undefined), (layout, isStream) => {
        const { form, parts, blocks, parameters } = planGrid(layout, isStream);
        const { channelsPerItem } = parameters;
        expect(Math.ceil(Math.max(1, layout.channels) / channelsPerItem)).toBe(Math.max(1, blocks));
        if (form === "planar") {
          const { rows, columns, tileRows, tileColumns, tiles, tilesPerItem } = parameters;
          expect(rows * columns).toBe(countValuesPerChannel(layout));
          expect(Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns)).toBe(tiles);
          expect(tileRows * tileColumns).toBeLessThanOrEqual(2048);
          expect(parts * tilesPerItem).toBeGreaterThanOrEqual(tiles);
          expect((parts - 1) * tilesPerItem).toBeLessThanOrEqual(Math.max(0, tiles - 1));
        } else {
          const { rows, rowsPerItem } = parameters;
          expect(parts).toBe(Math.ceil(rows / rowsPerItem));
        }
      }),
    );
  });

  test("it depends only on the shape: NCHW is planar, NHWC interleaved, one channel a single run", () => {
    expect(planGrid(computeLayout([32, 64, 56, 56], 1)).form).toBe("planar");
    expect(planGrid(computeLayout([32, 56, 56, 64], 3)).form).toBe("interleaved");
    const { parameters } = planGrid(computeLayout([32, 56, 56, 1], 3));
    expect(parameters).toMatchObject({ channels: 1, rows: 1, columns: 32 * 56 * 56 });
  });
});
