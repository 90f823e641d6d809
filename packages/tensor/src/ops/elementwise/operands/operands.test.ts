import { describe, expect, test } from "vitest";
import { ArgumentError, BackendError, DTypeError, ShapeError } from "../../../checks/errors.ts";
import type { ExpressionLaunch } from "../../../core/devices/launch.ts";
import type { Shape } from "../../../core/spec.ts";
import { fromData } from "../../../creation/from-data.ts";
import type { DType } from "../../../expression/dtype.ts";
import * as ops from "../../../index.ts";
import { MemoryBackend } from "../../../testing/memory-backend.ts";
import { RecordingBackend } from "../../../testing/recording-backend.ts";

const backend = new RecordingBackend();
const of = (dtype: DType, shape: Shape = [2]) =>
  fromData(new Float64Array(shape.reduce((size, n) => size * n, 1)), { shape, dtype }, { backend });

const lastLaunch = () => backend.launches.at(-1) as ExpressionLaunch<unknown, never>;

describe("operands", () => {
  test("a number is a scalar of the launch, on its own side", () => {
    const x = of("f32");
    ops.sub(x, 3);
    const first = lastLaunch();
    ops.sub(x, 4);
    expect(lastLaunch().expression).toBe(first.expression);
    expect([first.scalars, lastLaunch().scalars]).toEqual([[3], [4]]);
    ops.sub(4, x);
    expect(lastLaunch().expression.key).not.toBe(first.expression.key);
    expect(lastLaunch().scalars).toEqual([4]);
  });

  test("broadcast operands are read with stride 0", () => {
    const sum = ops.add(of("f32", [4, 1, 5]), of("f32", [3, 1]));
    expect(sum.shape).toEqual([4, 3, 5]);
    expect(lastLaunch().reads.map(({ strides }) => strides)).toEqual([
      [5, 0, 1],
      [0, 1, 0],
    ]);
  });

  test("dtypes must agree and be accepted", () => {
    expect(() => ops.add(of("f32"), of("i32"))).toThrow(
      new DTypeError("add: found f32 [2] and i32 [2], expected one dtype: use cast on one of them"),
    );
    expect(() => ops.mul(of("u8"), of("u8"))).toThrow(DTypeError);
    expect(() => ops.exp(of("i32"))).toThrow("exp: x: found i32, expected f32 or f16");
    expect(() => ops.less(of("bool"), of("bool"))).toThrow(DTypeError);
    expect(() => ops.logicalAnd(of("f32"), of("bool"))).toThrow(DTypeError);
    expect(() => ops.where(of("f32"), of("f32"), 1)).toThrow("where: condition: found f32, expected bool");
    expect(ops.add(of("i32"), of("i32")).dtype).toBe("i32");
    expect(ops.less(of("u8"), 3).dtype).toBe("bool");
    expect(ops.where(of("bool"), 1, 2).dtype).toBe("f32");
  });

  test("a number must fit the dtype of the other operand", () => {
    expect(() => ops.add(of("i32"), 0.5)).toThrow(
      "add: found the number 0.5 for i32, expected a whole number in [-2147483648, 2147483647]",
    );
    expect(() => ops.sub(of("u32"), -1)).toThrow(DTypeError);
    expect(() => ops.where(of("bool"), of("u8"), 256)).toThrow(DTypeError);
    expect(() => ops.clamp(of("i32"), { min: 0.5 })).toThrow(DTypeError);
    expect(() => ops.add(1, 2)).toThrow(ArgumentError);
    expect(ops.add(of("f32"), Number.POSITIVE_INFINITY).dtype).toBe("f32");
  });

  test("shapes must broadcast, and backends must be the same", () => {
    expect(() => ops.add(of("f32", [2, 3]), of("f32", [2]))).toThrow(ShapeError);
    const other = fromData(
      [1, 2],
      { shape: [2], dtype: "f32" },
      { backend: new MemoryBackend({ name: "other" }) },
    );
    expect(() => ops.add(of("f32"), other)).toThrow(BackendError);
  });

  test("options are checked", () => {
    const x = of("f32");
    expect(() => ops.clamp(x, {})).toThrow(ArgumentError);
    expect(() => ops.clamp(x, { min: 1, max: 0 })).toThrow("found min 1 and max 0");
    ops.clamp(x, { min: null, max: 1 });
    expect(lastLaunch().scalars).toEqual([1]);
    expect(() => ops.clamp(x, { min: null, max: null })).toThrow("found no bound");
    expect(() => ops.hardtanh(x, { min: 1, max: 1 })).toThrow(ArgumentError);
    expect(() => ops.softplus(x, { beta: 0 })).toThrow(ArgumentError);
    expect(() => ops.gelu(x, { approximate: "fast" as "tanh" })).toThrow(
      'found "fast", expected "none" or "tanh"',
    );
    expect(() => ops.cast(x, "f64" as DType)).toThrow(DTypeError);
  });

  test("a cast to the same dtype launches nothing, the power 2 is a product", () => {
    const x = of("f32");
    const launches = backend.launches.length;
    expect(ops.cast(x, "f32").storage).toBe(x.storage);
    expect(backend.launches.length).toBe(launches);
    ops.power(x, 2);
    expect(lastLaunch().expression.nodes.map(({ op }) => op)).toEqual(["input", "mul"]);
  });
});
