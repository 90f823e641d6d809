import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { entry, file, getBytes } from "../../test/safetensors-file.ts";
import { ArgumentError, DataError } from "../checks/errors.ts";
import type { StoredArray } from "./index.ts";
import {
  encodeSafetensors,
  makeRangeSource,
  readSafetensors,
  readSafetensorsRanges,
  writeSafetensors,
} from "./index.ts";

describe("reading and writing", () => {
  test("a file comes back as it was written", () => {
    const tensors: [string, StoredArray][] = [
      ["layer.weight", { dtype: "f32", shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, -0, 1e-30) }],
      ["layer.num_batches_tracked", { dtype: "i32", shape: [], data: Int32Array.of(7), fileDtype: "I64" }],
      ["mask", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ["empty", { dtype: "f32", shape: [0, 4], data: new Float32Array(0) }],
      ["__proto__", { dtype: "u32", shape: [1], data: Uint32Array.of(4294967295) }],
    ];
    const { tensors: read, metadata } = readSafetensors(writeSafetensors(tensors, { format: "pt" }));
    expect(metadata).toEqual({ format: "pt" });
    expect([...read.keys()].sort()).toEqual(tensors.map(([name]) => name).sort());
    for (const [name, { shape, dtype, data }] of tensors) {
      expect(read.get(name)).toMatchObject({ shape, dtype });
      expect(read.get(name)!.data).toEqual(data);
    }
    expect(read.get("layer.num_batches_tracked")!.fileDtype).toBe("I64");
  });

  test("equal contents make equal files, whatever the order", () => {
    const a: [string, StoredArray] = ["a", { dtype: "f32", shape: [1], data: Float32Array.of(1) }];
    const b: [string, StoredArray] = ["b", { dtype: "u8", shape: [1], data: Uint8Array.of(2) }];
    expect(writeSafetensors([b, a])).toEqual(writeSafetensors([a, b]));
  });

  test("data starts at a multiple of 8 and every tensor at a multiple of its element", () => {
    const bytes = writeSafetensors([
      ["odd", { dtype: "u8", shape: [3], data: Uint8Array.of(1, 2, 3) }],
      ["wide", { dtype: "i32", shape: [1], data: Int32Array.of(-1), fileDtype: "I64" }],
      ["float", { dtype: "f32", shape: [1], data: Float32Array.of(2) }],
    ]);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    expect(header.wide.data_offsets).toEqual([0, 8]);
    expect(header.float.data_offsets).toEqual([8, 12]);
    expect(header.odd.data_offsets).toEqual([12, 15]);
  });

  test.each([
    ["F64", Float64Array.of(0.5, -2), [0.5, -2]],
    ["F16", Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00), [1, -2, 2 ** -24, Number.POSITIVE_INFINITY]],
    [
      "BF16",
      Uint16Array.of(0x3f80, 0xc040, 0x4049, 0x0001, 0x8000, 0x7f7f, 0xff80, 0x7fc0),
      [1, -3, 3.140625, 2 ** -133, -0, (2 - 2 ** -7) * 2 ** 127, Number.NEGATIVE_INFINITY, Number.NaN],
    ],
    [
      "F8_E4M3",
      Uint8Array.of(0x38, 0xb8, 0x01, 0x07, 0x08, 0x7e, 0x7f),
      [1, -1, 2 ** -9, 7 * 2 ** -9, 2 ** -6, 448, Number.NaN],
    ],
    [
      "F8_E5M2",
      Uint8Array.of(0x3c, 0xbc, 0x01, 0x7b, 0x7c),
      [1, -1, 2 ** -16, 57344, Number.POSITIVE_INFINITY],
    ],
    ["I64", BigInt64Array.of(-5n, 2147483647n), [-5, 2147483647]],
    ["U64", BigUint64Array.of(4294967295n), [4294967295]],
    ["I16", Int16Array.of(-300), [-300]],
    ["I8", Int8Array.of(-3, 4), [-3, 4]],
    ["U16", Uint16Array.of(65535), [65535]],
  ])("%s is read into the dtype that holds it", (dtype, values, expected) => {
    const bytes = getBytes(values);
    const read = readSafetensors(file(entry(dtype, [values.length], 0, bytes.length), bytes));
    expect([...read.tensors.get("x")!.data]).toEqual(expected);
  });

  test("floats at an odd position in the file are read", () => {
    const header = {
      a: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
      b: { dtype: "F32", shape: [1], data_offsets: [1, 5] },
    };
    const { tensors } = readSafetensors(file(header, [9, ...getBytes(Float32Array.of(1.25))]));
    expect(tensors.get("b")!.data).toEqual(Float32Array.of(1.25));
  });

  test("the bytes may lie in an ArrayBuffer, in shared memory, or in another realm", () => {
    const bytes = writeSafetensors([["x", { dtype: "f32", shape: [1], data: Float32Array.of(3) }]]);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const foreign = runInNewContext("(bytes) => Uint8Array.from(bytes)")([...bytes]) as Uint8Array;
    for (const source of [bytes.buffer, shared, foreign]) {
      expect([...readSafetensors(source).tensors.get("x")!.data]).toEqual([3]);
    }
    expect(() => readSafetensors("model.safetensors" as never)).toThrow(
      'readSafetensors: file: found "model.safetensors", expected a Uint8Array',
    );
  });

  test("typed arrays of another realm are written", () => {
    const data = runInNewContext("Float32Array.of(1, 2)") as Float32Array;
    const own: StoredArray = { dtype: "f32", shape: [2], data: Float32Array.of(1, 2) };
    expect(writeSafetensors([["x", { ...own, data }]])).toEqual(writeSafetensors([["x", own]]));
  });

  test("the parts of a file are the file, and hold no values twice", () => {
    const data = Float32Array.of(1, 2);
    const arrays: [string, StoredArray][] = [
      ["x", { dtype: "f32", shape: [2], data }],
      ["n", { dtype: "i32", shape: [], data: Int32Array.of(7), fileDtype: "I64" }],
    ];
    const parts = encodeSafetensors(arrays, { format: "pt" });
    const file = writeSafetensors(arrays, { format: "pt" });
    expect(parts.byteLength).toBe(file.length);
    expect([...parts].flatMap((part) => [...part])).toEqual([...file]);
    expect([...parts].at(-1)!.buffer).toBe(data.buffer);
  });

  test("metadata have the file's keys and no others", () => {
    const metadata = Object.fromEntries([["__proto__", "x"]]);
    const read = readSafetensors(writeSafetensors([], metadata)).metadata;
    expect(Object.entries(read)).toEqual([["__proto__", "x"]]);
    expect(read.constructor).toBeUndefined();
  });
});

describe("reading a part of a file", () => {
  const ones = getBytes(Float32Array.of(1));
  const header = {
    a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    mask: { dtype: "BOOL", shape: [1], data_offsets: [4, 5] },
    q: { dtype: "F4", shape: [2, 2], data_offsets: [5, 7] },
    later: { dtype: "F99_X", shape: [7], data_offsets: [7, 8] },
  };
  const bytes = file(header, [...ones, 7, 0x12, 0x34, 0x56]);

  test("element types without a counterpart leave the others readable, and come as bytes", () => {
    const good = file(header, [...ones, 1, 0x12, 0x34, 0x56]);
    const { tensors, raw } = readSafetensors(good);
    expect([...tensors.keys()]).toEqual(["a", "mask"]);
    expect(raw.get("q")).toEqual({ fileDtype: "F4", shape: [2, 2], bytes: Uint8Array.of(0x12, 0x34) });
    expect(raw.get("later")).toEqual({ fileDtype: "F99_X", shape: [7], bytes: Uint8Array.of(0x56) });
  });

  test("only the tensors that are named are read", () => {
    expect(() => readSafetensors(bytes)).toThrow(/"mask": element 0: found the byte 7/);
    const { tensors, raw } = readSafetensors(bytes, { names: ["later", "a"] });
    expect([...tensors.keys(), ...raw.keys()]).toEqual(["a", "later"]);
    expect(readSafetensors(bytes, { names: [] }).tensors.size).toBe(0);
  });

  test("of a Blob, the header and the chosen tensors are read and nothing else", async () => {
    const source = makeRangeSource(new Blob([bytes as Uint8Array<ArrayBuffer>]));
    const dataStart = bytes.length - 8;
    const ranges: number[][] = [];
    const { tensors } = await readSafetensorsRanges(
      {
        byteLength: source.byteLength,
        read: (begin, end) => {
          ranges.push([begin, end]);
          return source.read(begin, end);
        },
      },
      { names: ["a"] },
    );
    expect(tensors.get("a")!.data).toEqual(Float32Array.of(1));
    expect(ranges).toEqual([
      [0, 8],
      [8, dataStart],
      [dataStart, dataStart + 4],
    ]);
    await expect(readSafetensorsRanges(source)).rejects.toThrow(/"mask": element 0/);
    const cut = makeRangeSource(new Blob([bytes.subarray(0, 4) as Uint8Array<ArrayBuffer>]));
    await expect(readSafetensorsRanges(cut)).rejects.toThrow("found 4 bytes, expected at least 8");
  });

  test("a name that the file does not have is an error, and so is an option", () => {
    for (const name of ["b", "__proto__", "toString", "__metadata__"]) {
      expect(() => readSafetensors(bytes, { names: [name] })).toThrow(DataError);
    }
    expect(() => readSafetensors(bytes, { name: ["a"] } as never)).toThrow(ArgumentError);
    expect(() => readSafetensors(bytes, { names: "a" } as never)).toThrow(ArgumentError);
  });
});

test("data that is not aligned is copied, out of a Node buffer too", () => {
  const header = JSON.stringify({ a: { dtype: "F32", shape: [2], data_offsets: [0, 8] } });
  for (const spaces of [0, 1, 2, 3]) {
    const text = header + " ".repeat(spaces);
    const contents = Buffer.alloc(8 + text.length + 8);
    contents.writeBigUInt64LE(BigInt(text.length));
    contents.write(text, 8);
    contents.writeFloatLE(1.5, 8 + text.length);
    contents.writeFloatLE(-2, 12 + text.length);
    expect(readSafetensors(contents).tensors.get("a")!.data).toEqual(Float32Array.of(1.5, -2));
  }
});
