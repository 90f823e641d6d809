import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, ShapeError } from "../checks/errors.ts";
import { decodeFloat16, encodeFloat16 } from "../expression/float16.ts";
import { full } from "../ops/creation/full.ts";
import { RecordingBackend } from "../testing/recording-backend.ts";
import { format } from "./format.ts";
import { fromData } from "./from-data.ts";
import { arange, eye, linspace } from "./sequences.ts";
import { tensor } from "./tensor.ts";

const backend = new RecordingBackend();
const readValues = async (x: { data(): Promise<ArrayLike<number>> }): Promise<number[]> =>
  Array.from(await x.data());

describe("tensor", () => {
  test("infers shape and dtype of nested arrays", async () => {
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { backend },
    );
    expect([x.shape, x.dtype]).toEqual([[2, 3], "f32"]);
    expect(await readValues(x)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(tensor(7, { backend }).shape).toEqual([]);
    expect(tensor([[], []], { backend }).shape).toEqual([2, 0]);
    const truth = tensor([true, false], { backend });
    expect([truth.dtype, await readValues(truth)]).toEqual(["bool", [1, 0]]);
  });

  test("accepts typed arrays", async () => {
    const bytes = tensor(new Uint8ClampedArray([300, 2]), { backend });
    expect([bytes.dtype, await readValues(bytes)]).toEqual(["u8", [255, 2]]);
    const part = tensor(new Int32Array([9, -1, 2, 9]).subarray(1, 3), { backend });
    expect([part.dtype, await readValues(part)]).toEqual(["i32", [-1, 2]]);
    const doubles = tensor(new Float64Array([0.1, 1e300]), { shape: [2, 1], backend });
    expect([doubles.shape, await readValues(doubles)]).toEqual([
      [2, 1],
      [Math.fround(0.1), Number.POSITIVE_INFINITY],
    ]);
  });

  test("accepts typed arrays of another realm and Node's buffers", async () => {
    for (const [code, dtype] of [
      ["Float32Array", "f32"],
      ["Float64Array", "f32"],
      ["Int32Array", "i32"],
      ["Uint32Array", "u32"],
      ["Uint8Array", "u8"],
      ["Uint8ClampedArray", "u8"],
    ]) {
      const x = tensor(runInNewContext(`${code}.of(3, 0, 7)`), { backend });
      expect([x.dtype, await readValues(x)]).toEqual([dtype, [3, 0, 7]]);
    }
    const bytes = tensor(Buffer.of(1, 255), { backend });
    expect([bytes.dtype, await readValues(bytes)]).toEqual(["u8", [1, 255]]);
    expect(await readValues(tensor(runInNewContext("[[1, 2], [3, 4]]"), { backend }))).toEqual([1, 2, 3, 4]);
    expect(() => tensor(runInNewContext("new Int16Array(2)"), { backend })).toThrow(
      "data: found Int16Array, expected one of: Float32Array, Float64Array, Int32Array",
    );
  });

  test("stores each dtype in the layout of the device", async () => {
    expect(await readValues(tensor([0, 2, -1], { dtype: "bool", backend }))).toEqual([0, 1, 1]);
    expect(await readValues(tensor([0.1, 65504, 1e9], { dtype: "f16", backend }))).toEqual([
      0.0999755859375,
      65504,
      Number.POSITIVE_INFINITY,
    ]);
    expect(await readValues(tensor([-1, 2 ** 31 - 1], { dtype: "i32", backend }))).toEqual([-1, 2 ** 31 - 1]);
  });

  test("reports what is wrong with the data", () => {
    expect(() => tensor([[1, 2], [3]], { backend })).toThrow(
      new ShapeError("tensor: found 1 elements at data[1], expected 2 as in its neighbours"),
    );
    expect(() => tensor([[1], 2], { backend })).toThrow("found 2 at data[1], expected 1 elements");
    expect(() => tensor([1, [2]], { backend })).toThrow("found 1 elements at data[1], expected a number");
    expect(() => tensor([1, "2" as unknown as number], { backend })).toThrow(ArgumentError);
    expect(() => tensor([1, true], { backend })).toThrow(DTypeError);
    expect(() => tensor([1.5], { dtype: "i32", backend })).toThrow(DTypeError);
    expect(() => tensor([256], { dtype: "u8", backend })).toThrow(
      "found 256, expected integers in the range of u8",
    );
    expect(() => tensor(new Float32Array(5), { shape: [2, 3], backend })).toThrow(
      "found 5 values, expected 6 for f32 [2, 3]",
    );
    expect(() => fromData([], { shape: [-1], dtype: "f32" }, { backend })).toThrow(ArgumentError);
    expect(() => fromData(new BigInt64Array(2) as never, { shape: [2], dtype: "f32" }, { backend })).toThrow(
      "data: found BigInt64Array",
    );
    expect(() => tensor(new BigInt64Array(1) as unknown as Int32Array, { backend })).toThrow(ArgumentError);
  });

  test("rejects values that the dtype cannot represent, from arrays of any kind", () => {
    for (const data of [[Number.NaN], [1.5], [2 ** 31], [-(2 ** 31) - 1], [Infinity]]) {
      expect(() => tensor(data, { dtype: "i32", backend })).toThrow(DTypeError);
      expect(() => tensor(Float64Array.from(data), { dtype: "i32", backend })).toThrow(DTypeError);
    }
    for (const data of [[-1], [2 ** 32], [0.5]]) {
      expect(() => tensor(data, { dtype: "u32", backend })).toThrow(DTypeError);
    }
    expect(() => tensor(Int32Array.of(-1), { dtype: "u8", backend })).toThrow(
      "found -1, expected integers in the range of u8",
    );
    expect(() => tensor([1n] as never, { backend })).toThrow("found 1n at data[0], expected a number");
    expect(() => tensor(new BigInt64Array(1) as never, { dtype: "i32", backend })).toThrow(ArgumentError);
    expect(() => tensor(new DataView(new ArrayBuffer(4)) as never, { dtype: "u8", backend })).toThrow(
      ArgumentError,
    );
  });

  test("converts where nothing is lost, and to bool by comparison with 0", async () => {
    const narrow = tensor(Int16Array.of(-300, 7) as never, { dtype: "i32", backend });
    expect([narrow.dtype, await readValues(narrow)]).toEqual(["i32", [-300, 7]]);
    expect(await readValues(tensor([0, -0, Number.NaN, 0.5], { dtype: "bool", backend }))).toEqual([
      0, 0, 1, 1,
    ]);
    expect(await readValues(tensor([true, 2], { dtype: "f32", backend }))).toEqual([1, 2]);
    expect(await readValues(tensor([1e300, Number.NaN], { backend }))).toEqual([Infinity, Number.NaN]);
  });

  test("names the position of a value that does not fit", () => {
    const holes = [1, 2, 3];
    delete holes[1];
    expect(() => tensor(holes, { backend })).toThrow(
      "found undefined at data[1], expected a number or a boolean",
    );
    expect(() =>
      tensor(
        [
          [[1], [2]],
          [[3], [4, 5]],
        ],
        { backend },
      ),
    ).toThrow("found 2 elements at data[1][1], expected 1 as in its neighbours");
    expect(() =>
      tensor(
        [
          [1, 2],
          [3, [4]],
        ] as never,
        { backend },
      ),
    ).toThrow("found 1 elements at data[1][1], expected a number");
    expect(() => tensor(undefined as never, { backend })).toThrow("found undefined at data,");
    expect(() => tensor([new Float32Array(2)] as never, { backend })).toThrow(
      "found a Float32Array at data[0]",
    );
  });

  test("rejects unknown options and values out of range", () => {
    for (const options of [
      { type: "i32" },
      { dtype: "f64" },
      { shape: [2.5] },
      { shape: 3 },
      { dtype: null },
    ]) {
      expect(() => tensor([1, 2, 3], { ...options, backend } as never)).toThrow(ArgumentError);
    }
    expect(() => full([2], 1, { type: "i32", backend } as never)).toThrow(
      'full: found the option "type", expected one of: dtype, backend',
    );
    expect(() => arange(0, 3, { by: 2, backend } as never)).toThrow(ArgumentError);
    expect(() => eye(2, { columns: "3", backend } as never)).toThrow(ArgumentError);
    expect(() => full("2" as never, 1, { backend })).toThrow(ArgumentError);
  });

  test("leaves nothing allocated when it throws", () => {
    const fresh = new RecordingBackend();
    expect(() => tensor([1.5], { dtype: "u32", backend: fresh })).toThrow(DTypeError);
    expect(fresh.buffersAlive).toBe(0);
  });
});

describe("sequences", () => {
  test("arange counts up, down and by fractions without drift", async () => {
    expect(await readValues(arange(0, 3, { backend }))).toEqual([0, 1, 2]);
    expect(await readValues(arange(5, 0, { step: -2, dtype: "i32", backend }))).toEqual([5, 3, 1]);
    expect((await readValues(arange(0, 1000, { step: 0.1, backend })))[9999]).toBe(Math.fround(999.9));
    expect(arange(3, 0, { backend }).shape).toEqual([0]);
    expect(() => arange(0, 1, { step: 0, backend })).toThrow(ArgumentError);
  });

  test("linspace includes both ends", async () => {
    expect(await readValues(linspace(0, 1, 5, { backend }))).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(await readValues(linspace(3, 9, 1, { backend }))).toEqual([3]);
    expect(linspace(0, 1, 0, { backend }).shape).toEqual([0]);
    expect(() => linspace(0, 1, 2.5, { backend })).toThrow(ArgumentError);
  });

  test("eye may be wide or tall", async () => {
    expect(await readValues(eye(2, { columns: 3, backend }))).toEqual([1, 0, 0, 0, 1, 0]);
    expect(await readValues(eye(3, { columns: 1, dtype: "bool", backend }))).toEqual([1, 0, 0]);
  });

  test("full is one launch on the device, with its value as a scalar", () => {
    const fresh = new RecordingBackend();
    full([4, 5], 7, { backend: fresh });
    full([4, 5], 8, { backend: fresh });
    const [first, second] = fresh.launches;
    if (first?.kind !== "expression" || second?.kind !== "expression") throw new Error("not an expression");
    expect([first.shape, first.scalars, second.scalars]).toEqual([[20], [7], [8]]);
    expect(first.expression).toBe(second.expression);
    expect(full([2], true, { backend: fresh }).dtype).toBe("bool");
    expect(() => full([2], 0.5, { dtype: "i32", backend: fresh })).toThrow(DTypeError);
    expect(() => full([2.5], 1, { backend: fresh })).toThrow(ArgumentError);
  });
});

describe("format", () => {
  test("aligns columns in one notation and separates matrices", async () => {
    const x = tensor(
      [
        [
          [1, -2.5],
          [100, 4],
        ],
        [
          [0, 0.25],
          [Number.NaN, Number.NEGATIVE_INFINITY],
        ],
      ],
      { backend },
    );
    expect(await format(x)).toBe(`f32 [2, 2, 2] on memory
[[[     1.00,     -2.50]
  [   100.00,      4.00]]

 [[     0.00,      0.25]
  [      NaN, -Infinity]]]`);
  });

  test("whole numbers, exponents, booleans and single values", async () => {
    expect(await format(tensor([1, -20], { backend }))).toBe("f32 [2] on memory\n[  1, -20]");
    expect(await format(tensor([1e-6, 0.5], { backend }))).toMatch("[1.0000e-6, 5.0000e-1]");
    expect(await format(tensor([true, false], { backend }))).toMatch("[ true, false]");
    expect(await format(tensor(1 / 3, { backend }))).toBe("f32 [] on memory\n0.3333");
    expect(await format(tensor([], { backend }))).toBe("f32 [0] on memory\n[]");
  });

  test("elides large tensors", async () => {
    expect(await format(arange(0, 2000, { backend }))).toMatch("[   0,    1,    2, ..., 1997, 1998, 1999]");
    const rows = (await format(full([1000, 2], 0, { backend }))).split("\n");
    expect(rows).toHaveLength(8);
    expect(rows[4]).toBe(" ...");
  });
});

describe("float16", () => {
  test("every 16-bit number survives the round trip", () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = decodeFloat16(bits);
      if (!Number.isNaN(value)) expect(encodeFloat16(value)).toBe(bits);
    }
    expect(Number.isNaN(decodeFloat16(encodeFloat16(Number.NaN)))).toBe(true);
  });

  test("rounds to the nearest, ties to even", () => {
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (x) => {
        const bits = encodeFloat16(x);
        const found = decodeFloat16(bits);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = decodeFloat16(neighbour & 0xffff);
          if (!(Math.abs(other) <= 65504)) continue;
          const closer = Math.abs(x - found) - Math.abs(x - other);
          expect(closer < 0 || (closer === 0 && bits % 2 === 0)).toBe(true);
        }
      }),
    );
  });
});
