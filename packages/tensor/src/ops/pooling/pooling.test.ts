import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, OutOfMemoryError, ShapeError } from "../../checks/errors.ts";
import type { KernelLaunch } from "../../core/devices/launch.ts";
import type { Plan } from "../../core/op.ts";
import { planLaunch } from "../../core/plans/plan-launch.ts";
import { loadPlans } from "../../core/plans/plan-tables.ts";
import type { Shape } from "../../core/spec.ts";
import { zeros } from "../../index.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveMaxPool2d } from "./adaptive-pool.ts";
import { avgPool2d } from "./avg-pool.ts";
import { globalAveragePool } from "./global-average-pool.ts";
import { maxPool1d, maxPool2d, maxPool3d } from "./max-pool.ts";
import type { Extent, PoolOptions } from "./pool-options.ts";
import { readPoolAttributes } from "./pool-options.ts";
import { computePlaneGeometry, computePooledShape } from "./pooling-geometry.ts";
import { writeAvgPoolKernel } from "./wgsl/avg-pool.wgsl.ts";
import { planShaderPool } from "./wgsl/pooling-plan.ts";
import { listWindows } from "./windows.ts";

const backend = new RecordingBackend();
await loadPlans(backend.languages);
const f32 = (...shape: number[]) => zeros(shape, { backend });

describe("the pooled shape", () => {
  // From torch.nn.functional.max_pool2d.
  test.each([
    [[1, 8, 8], 2, {}, [1, 4, 4]],
    [[1, 7, 7], 2, {}, [1, 3, 3]],
    [[1, 7, 7], 2, { ceilMode: true }, [1, 4, 4]],
    [[1, 112, 112], 3, { stride: 2, padding: 1 }, [1, 56, 56]],
    [[1, 5, 5], 2, { stride: 2, padding: 1, ceilMode: true }, [1, 3, 3]],
    [[1, 4, 4], 1, { stride: 3, ceilMode: true }, [1, 2, 2]],
    [[1, 5, 6], 1, { stride: 3, ceilMode: true }, [1, 2, 2]],
  ] as [Shape, Extent, PoolOptions, Shape][])("of %j by %j %j is %j", (shape, kernel, options, expected) => {
    expect(computePooledShape("test", shape, readPoolAttributes("test", shape, 2, kernel, options))).toEqual(
      expected,
    );
  });

  test("every window has at least one position, and none is out of range", () => {
    for (let length = 1; length <= 9; length++) {
      for (let kernel = 1; kernel <= 9; kernel++) {
        for (let stride = 1; stride <= 4; stride++) {
          for (const ceilMode of [false, true]) {
            const padding = kernel >> 1;
            const attrs = readPoolAttributes("test", [length], 1, kernel, { stride, padding, ceilMode });
            if (length + 2 * padding < kernel) continue;
            const geometry = computePlaneGeometry(
              [length],
              computePooledShape("test", [length], attrs),
              attrs,
            );
            for (const { cells } of listWindows(geometry)) {
              expect(cells.length).toBeGreaterThan(0);
              expect(cells.every(({ input }) => input >= 0 && input < length)).toBe(true);
            }
          }
        }
      }
    }
  });
});

describe("pooling", () => {
  test("is one launch over rows, with chunks that depend only on the shape", () => {
    maxPool2d(f32(32, 16, 28, 28), 2);
    const launch = backend.launches.at(-1) as KernelLaunch<unknown, never>;
    expect(launch.kernel.entry).toBe("maxPoolBytes");
    expect(launch.work).toEqual({ items: 32 * 16 * 14, chunk: Math.floor(65_536 / 56) });
    expect(launch.parameters).toEqual([28, 28, 14, 14, 2, 2, 2, 2, 0, 0, 1, 1, 0]);
    maxPool2d(f32(1, 32, 32), 20, { stride: 1 });
    expect((backend.launches.at(-1) as KernelLaunch<unknown, never>).kernel.entry).toBe("maxPoolWords");
  });

  test("in WGSL is a row of invocations, with their number and the geometry as parameters", () => {
    const attrs = readPoolAttributes("test", [70_000, 32, 32], 2, 2, {});
    const geometry = computePlaneGeometry([70_000, 32, 32], [70_000, 16, 16], attrs);
    const limits = { ...backend.limits, maxWorkgroups: 65_535 };
    const makePlan = (count: number): Plan =>
      planShaderPool(geometry, count, limits, (windows, work) =>
        planLaunch(writeAvgPoolKernel(false), {
          reads: { x: { input: 0 } },
          writes: { y: { output: 0 } },
          parameters: { ...windows, countsPadding: 1, divisor: 0, paddingAfter: [0, 0] },
          work,
        }),
      );
    const [launch] = makePlan(70_000 * 256).launches;
    expect(launch).toMatchObject({
      parameters: expect.arrayContaining([70_000 * 256]),
      work: { workgroups: [35_000, 2, 1] },
    });
    expect(makePlan(0).launches).toEqual([]);
  });

  test("of volumes is one launch over planes and one over the depth", () => {
    expect(maxPool3d(f32(2, 3, 8, 6, 10), [2, 3, 2], { padding: [1, 1, 0] }).shape).toEqual([2, 3, 5, 2, 5]);
    const [planes, depth] = backend.launches.slice(-2) as KernelLaunch<unknown, never>[];
    expect(planes!.parameters).toEqual([6, 10, 2, 5, 3, 2, 3, 2, 1, 0, 1, 1, 0]);
    expect(depth!.parameters).toEqual([8, 10, 5, 10, 2, 1, 2, 1, 1, 0, 1, 1, 0]);
  });

  test("adaptive windows of one size are those of other poolings, and a single one is a mean", () => {
    adaptiveAvgPool2d(f32(2, 6, 9), [3, 3]);
    const last = (): KernelLaunch<unknown, never> => backend.launches.at(-1) as KernelLaunch<unknown, never>;
    expect(last().parameters!.slice(0, 11)).toEqual([6, 9, 3, 3, 2, 3, 2, 3, 0, 0, 0]);
    adaptiveAvgPool2d(f32(2, 6, 9), [3, 4]);
    expect(last().parameters!.slice(0, 11)).toEqual([6, 9, 3, 4, 2, 3, 2, 3, 0, 0, 1]);
    expect(adaptiveAvgPool2d(f32(2, 6, 9), 1).shape).toEqual([2, 1, 1]);
    expect(last().kernel.entry).not.toBe("avgPool");
    expect(adaptiveAvgPool1d(f32(2, 7), null).shape).toEqual([2, 7]);
  });

  test("adaptive windows may be more than there are positions, and too many for the device are an error", () => {
    expect(adaptiveAvgPool1d(f32(2, 1), 5).shape).toEqual([2, 5]);
    expect(adaptiveAvgPool2d(f32(2, 2, 2), [3, 5]).shape).toEqual([2, 3, 5]);
    for (const pool of [adaptiveAvgPool2d, adaptiveMaxPool2d]) {
      expect(() => pool(f32(3, 8, 8), [1e8, 8])).toThrow(
        "found f32 [3, 100000000, 8], which takes 9600000000",
      );
      expect(() => pool(f32(3, 8, 8), [8, 1e8])).toThrow(OutOfMemoryError);
    }
  });

  test("a dilated window that would lie in the padding only is an error", () => {
    expect(maxPool1d(f32(4), 2, { stride: 1, padding: 1, dilation: 3 }).shape).toEqual([3]);
    expect(() => maxPool1d(f32(2), 2, { stride: 1, padding: 2, dilation: 3 })).toThrow(ShapeError);
  });

  test("one dimension is a plane of one row", () => {
    expect(maxPool1d(f32(2, 3, 10), 3, { stride: 2 }).shape).toEqual([2, 3, 4]);
    const launch = backend.launches.at(-1) as KernelLaunch<unknown, never>;
    expect(launch.parameters).toEqual([1, 10, 1, 4, 1, 3, 1, 2, 0, 0, 1, 1, 0]);
  });

  test("the global average leaves the batch and the channels", () => {
    expect(globalAveragePool(f32(2, 3, 8, 8)).shape).toEqual([2, 3]);
    expect(globalAveragePool(f32(2, 3, 8)).shape).toEqual([2, 3]);
    expect(() => globalAveragePool(f32(2, 3))).toThrow(ShapeError);
  });

  test("reports what is wrong", () => {
    const x = f32(2, 3, 8, 8);
    expect(() => maxPool2d(x, 3, { padding: 2 })).toThrow(
      new ArgumentError("maxPool2d: padding: found [2, 2], expected at most half of the kernel [3, 3]"),
    );
    expect(() => avgPool2d(x, 0)).toThrow(
      "avgPool2d: kernel: found 0, expected a positive integer, or an array of 2 elements, each a positive integer",
    );
    expect(() => maxPool2d(x, [2, 2, 2])).toThrow(ArgumentError);
    expect(() => maxPool2d(x, 3, { padding: [[0, 3], 0] })).toThrow("expected less than the kernel [3, 3]");
    expect(() => adaptiveAvgPool2d(x, 0)).toThrow(
      "adaptiveAvgPool2d: size: found 0, expected a positive integer",
    );
    expect(() => adaptiveAvgPool2d(f32(3, 0, 2), 1)).toThrow(ShapeError);
    expect(() => adaptiveAvgPool1d(f32(1, 70_000), 60_000)).toThrow("fewer than 2^31");
    expect(() => maxPool3d(f32(4, 4), 2)).toThrow("maxPool3d: x: found shape [4, 4], expected at least 3");
    expect(() => maxPool2d(x, 9)).toThrow(ShapeError);
    expect(() => maxPool2d(f32(8), 2)).toThrow("maxPool2d: x: found shape [8], expected at least 2");
    expect(() => maxPool2d(f32(2, 0, 4), 2)).toThrow(ShapeError);
    expect(() => maxPool2d(zeros([4, 4], { dtype: "i32", backend }), 2)).toThrow(DTypeError);
  });
});
