import type {
  DType,
  KernelLaunch,
  Limits,
  Plan,
  ScalarSlot,
  Shape,
  Slot,
  Spec,
  WgslKernel,
} from "@evenkeel/tensor";
import { countElements, findPlanner, loadPlans } from "@evenkeel/tensor";
import { mostParts } from "@evenkeel/tensor/wgsl";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchNormTrainingOp } from "../src/batch-norm/batch-norm-training.ts";
import { planTiles } from "../src/gpu/channel-tiles.ts";
import { normalizeGradientOp } from "../src/gradient/gradient.ts";
import { normalizeOp } from "../src/normalize/normalize.ts";
import { computeLayout } from "../src/operands/layout.ts";
import type { NormalizationAttributes } from "../src/pre-activation/attributes.ts";
import { mergeStatisticsOp } from "../src/statistics/merge-statistics.ts";
import { statisticsOp } from "../src/statistics/statistics.ts";

const device = { languages: ["wgsl"] };
await loadPlans(device.languages);

const limits: Limits = {
  storage: { f32: "f32" },
  maxBufferBytes: 2 ** 30,
  offsetAlignment: 256,
  maxWorkgroups: 65_535,
  features: new Set(),
};
const f32 = (shape: Shape): Spec => ({ shape, dtype: "f32" });
const everything: NormalizationAttributes = { axis: 1, epsilon: 1e-5, activation: "relu", residual: true };

/** Training forward and backward, with every operand there is. */
function listPlans(
  shape: Shape,
  axis: number,
  attrs: Partial<NormalizationAttributes> = {},
  target: Limits = limits,
  dtype: DType = "f32",
): Plan[] {
  const [x, channels, statistics] = [{ shape, dtype }, f32([shape[axis]!]), f32([4, shape[axis]!])];
  const all = { ...everything, axis, ...attrs };
  const residual = all.residual ? x : undefined;
  const forward = [x, channels, channels, residual, channels, channels];
  const backward = [x, x, statistics, channels, channels, x];
  return [
    findPlanner(batchNormTrainingOp, device)!(forward, all, target, []),
    findPlanner(normalizeGradientOp, device)!(backward, { ...all, ofBatch: true }, target, []),
    findPlanner(normalizeGradientOp, device)!(backward, { ...all, ofBatch: false }, target, []),
  ];
}

const listLaunches = (plan: Plan): KernelLaunch<Slot, ScalarSlot>[] =>
  plan.launches as KernelLaunch<Slot, ScalarSlot>[];

/** Shapes and channel axes of networks, and how often their batch norms launch, each way. */
const networks: readonly (readonly [name: string, shape: Shape, axis: number, count: number])[] = [
  ["ResNet-50's first", [32, 64, 56, 56], 1, 2],
  ["CIFAR ResNet, last stage", [128, 64, 8, 8], 1, 1],
  ["CIFAR ResNet, NHWC", [16, 8, 8, 64], 3, 1],
  ["multilayer perceptron", [128, 512], 1, 1],
  ["7 x 7 maps", [32, 512, 7, 7], 1, 1],
  ["last feature maps of a VGG", [128, 512, 2, 2], 1, 1],
  ["pictures", [64, 3, 224, 224], 1, 2],
  ["one channel", [128, 1, 28, 28], 1, 2],
  ["NHWC", [32, 56, 56, 64], 3, 2],
];

describe("launches", () => {
  test.each(networks)("%s", (_name, shape, axis, count) => {
    for (const activation of ["none", "relu", { leakyRelu: 0.1 }] as const) {
      for (const residual of [false, true]) {
        const found = listPlans(shape, axis, { activation, residual }).map(({ launches }) => launches.length);
        expect(found).toEqual([count, count, count]);
      }
    }
  });

  const dimension = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 70_000 }));
  const shapes = fc
    .array(dimension, { minLength: 2, maxLength: 5 })
    .filter((shape) => countElements(shape) < 2 ** 30);

  test("of any shape are at most two, with up to eight operands, over parts that the second can merge", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const channels = f32([shape[1]!]);
        const given = [f32(shape), f32([4, shape[1]!]), channels, channels, f32(shape)];
        const plans = [
          ...listPlans(shape, 1),
          findPlanner(statisticsOp, device)!([f32(shape)], { axis: 1 }, limits, []),
          findPlanner(normalizeOp, device)!(given, everything, limits, []),
          findPlanner(mergeStatisticsOp, device)!([f32([shape[0]!, 4, shape[1]!])], {}, limits, []),
        ];
        for (const plan of plans) {
          expect(plan.launches.length).toBeLessThanOrEqual(shape[1] === 0 ? 0 : 2);
          const rows = plan.temporaries.map(({ shape }) => countElements(shape) / channels.shape[0]!);
          expect(Math.max(0, ...rows)).toBeLessThanOrEqual(4 * mostParts + 2);
          for (const { reads, writes, work } of listLaunches(plan)) {
            expect(reads.length + writes.length).toBeLessThanOrEqual(8);
            const { workgroups } = work as { workgroups: readonly number[] };
            expect(Math.max(...workgroups)).toBeLessThanOrEqual(65_535);
          }
        }
      }),
    );
  });

  test("have as many parameters as the kernel declares, and y takes the memory of a donated x", () => {
    const [x, channels] = [f32([8, 16, 8, 8]), f32([16])];
    const inputs = [x, channels, channels, x, channels, channels];
    const plan = findPlanner(batchNormTrainingOp, device)!(inputs, everything, limits, [true]);
    expect(plan.aliases).toEqual([[0, 0]]);
    for (const { kernel, parameters, reads, writes } of listLaunches(plan)) {
      const own = kernel as WgslKernel;
      expect(own.parameterTypes.length).toBe(parameters.length);
      expect(Object.keys(own.schema.reads).length).toBe(reads.length);
      expect(Object.keys(own.schema.writes).length).toBe(writes.length);
    }
  });
});

describe("subgroups", () => {
  const withSubgroups: Limits = { ...limits, features: new Set(["subgroups"]) };
  const listKernels = (shape: Shape, axis: number, device: Limits): WgslKernel[] =>
    listPlans(shape, axis, {}, device)
      .flatMap(listLaunches)
      .map(({ kernel }) => kernel as WgslKernel);

  test.each(networks)(
    "%s: they join what a workgroup knows of the one channel that it has",
    (_, shape, axis) => {
      const isWhole = planTiles(computeLayout(shape, axis)).span === 1;
      for (const { code, extensions } of listKernels(shape, axis, withSubgroups)) {
        expect(extensions).toEqual(isWhole ? ["subgroups"] : []);
        expect(code.includes("subgroupShuffleXor")).toBe(isWhole);
        expect(code.match(/workgroupBarrier\(\)/g)!.length).toBe(isWhole ? 1 : 2);
      }
    },
  );

  test("are not mentioned in the code for a device without them", () => {
    for (const [, shape, axis] of networks) {
      const kernels = listKernels(shape, axis, limits);
      expect(kernels.filter(({ code }) => code.includes("subgroup"))).toEqual([]);
      expect(kernels.flatMap(({ extensions }) => extensions)).toEqual([]);
    }
  });

  test("are used for some channels of networks and not for others", () => {
    const spans = networks.map(([, shape, axis]) => planTiles(computeLayout(shape, axis)).span);
    expect(spans.filter((span) => span === 1).length).toBeGreaterThan(2);
    expect(spans.filter((span) => span > 1).length).toBeGreaterThan(2);
  });
});

describe("f16", () => {
  const halves: Limits = { ...limits, storage: { f32: "f32", f16: "f16" } };
  const native: Limits = { ...halves, features: new Set(["shader-f16", "subgroups"]) };
  const listKernels = (plan: Plan): WgslKernel[] =>
    plan.launches.flatMap((launch) => (launch.kind === "kernel" ? [launch.kernel as WgslKernel] : []));
  const tensorTypes = ({ schema }: WgslKernel): (string | undefined)[] =>
    ["x", "residual", "y", "dy", "dx", "dz"].flatMap((name) => {
      const operands = { ...schema.reads, ...schema.writes };
      return name in operands ? [operands[name]] : [];
    });

  test.each(networks)(
    "%s: as many launches as in f32, of halves, where the language has them",
    (_, shape, axis, count) => {
      const isSingle = planTiles(computeLayout(shape, axis)).layout === "single";
      for (const plan of listPlans(shape, axis, {}, native, "f16")) {
        expect(plan.launches.length).toBe(count);
        const kernels = listKernels(plan);
        expect(kernels.filter(({ extensions }) => !extensions.includes("f16"))).toEqual([]);
        expect(new Set(kernels.flatMap(tensorTypes))).toEqual(new Set([isSingle ? "f16" : "vec4<f16>"]));
      }
    },
  );

  test.each(networks)(
    "%s: in words without shader-f16, single halves through f32",
    (_, shape, axis, count) => {
      const isSingle = planTiles(computeLayout(shape, axis)).layout === "single";
      for (const plan of listPlans(shape, axis, {}, halves, "f16")) {
        const conversions = plan.launches.filter(({ kind }) => kind === "expression");
        expect(plan.launches.length - conversions.length).toBe(count);
        expect(conversions.length > 0).toBe(isSingle);
        const kernels = listKernels(plan);
        expect(kernels.filter(({ extensions }) => extensions.includes("f16"))).toEqual([]);
        expect(new Set(kernels.flatMap(tensorTypes))).toEqual(new Set([isSingle ? "f32" : "vec2u"]));
      }
    },
  );

  test("conversions have an f32 temporary for each f16 operand, and groups are preserved", () => {
    const [shape, axis] = [[32, 512, 7, 7], 1] as const;
    const [inFull] = listPlans(shape, axis);
    const [found, gradient] = listPlans(shape, axis, {}, halves, "f16");
    const own = inFull!.temporaries.length;
    expect(found!.temporaries.slice(own)).toEqual([f32(shape), f32(shape), f32(shape)]);
    expect(found!.groups).toEqual(inFull!.groups);
    expect(gradient!.aliases).toEqual([]);
    const [ofX, ofResidual, kernel, back] = found!.launches;
    expect(ofX).toMatchObject({ reads: [{ operand: { input: 0 } }], writes: [{ temporary: own }] });
    expect(ofResidual).toMatchObject({
      reads: [{ operand: { input: 3 } }],
      writes: [{ temporary: own + 1 }],
    });
    const { reads, writes } = kernel as KernelLaunch<Slot, ScalarSlot>;
    expect([reads[0], writes[0]]).toEqual([{ temporary: own }, { temporary: own + 2 }]);
    expect(back).toMatchObject({ reads: [{ operand: { temporary: own + 2 } }], writes: [{ output: 0 }] });
  });

  test("statistics of single halves need no conversion", () => {
    const plan = findPlanner(statisticsOp, device)!(
      [{ shape: [32, 5, 7, 7], dtype: "f16" }],
      { axis: 1 },
      halves,
      [],
    );
    expect(plan.launches.map(({ kind }) => kind)).toEqual(["kernel"]);
    expect(listKernels(plan)[0]!.schema.reads.x).toBe("u32");
  });
});
