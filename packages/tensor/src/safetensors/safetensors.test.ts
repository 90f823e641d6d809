import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, DataError } from "../core/errors.ts";
import type { StoredArray } from "./index.ts";
import {
  rangesOfBlob,
  readSafetensors,
  readSafetensorsRanges,
  safetensorsParts,
  writeSafetensors,
} from "./index.ts";

function file(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const bytesOf = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  x: { dtype, shape, data_offsets: [begin, end] },
});

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
    ["BF16", Uint16Array.of(0x3f80, 0xc040), [1, -3]],
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
    const bytes = bytesOf(values);
    const read = readSafetensors(file(entry(dtype, [values.length], 0, bytes.length), bytes));
    expect([...read.tensors.get("x")!.data]).toEqual(expected);
  });

  test("floats at an odd position in the file are read", () => {
    const header = {
      a: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
      b: { dtype: "F32", shape: [1], data_offsets: [1, 5] },
    };
    const { tensors } = readSafetensors(file(header, [9, ...bytesOf(Float32Array.of(1.25))]));
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
    const parts = safetensorsParts(arrays, { format: "pt" });
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
  const ones = bytesOf(Float32Array.of(1));
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
    const source = rangesOfBlob(new Blob([bytes as Uint8Array<ArrayBuffer>]));
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
    const cut = rangesOfBlob(new Blob([bytes.subarray(0, 4) as Uint8Array<ArrayBuffer>]));
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

describe("a file that is not whole and well-formed is refused", () => {
  const one = bytesOf(Float32Array.of(1));
  const field = `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`;
  const next = `{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`;
  const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  test.each<[string, Uint8Array, RegExp]>([
    ["no header length", new Uint8Array(5), /found 5 bytes, expected at least 8/],
    ["header longer than the file", file({}).subarray(0, 9), /truncated or of another format/],
    ["header of 2^63 bytes", new Uint8Array(16).fill(255), /truncated or of another format/],
    ["no JSON", file("{"), /not JSON/],
    ["deep JSON", file(`{"a":${"[".repeat(100_000)}`), /more than 128 deep/],
    ["deep JSON where text is wanted", file(`{"a":{"dtype":${nested}}}`), /more than 128 deep/],
    [
      "deep JSON as deep as can be read",
      file(`{"a":${"[".repeat(127)}${"]".repeat(127)}}`),
      /"a": found \[\[/,
    ],
    ["objects without an end", file(`{"a":`.repeat(600_000)), /more than 128 deep, expected 3/],
    ["a text without an end", file(`{"a`), /not JSON/],
    ["an array", file("[]"), /found the byte 91 at its beginning, expected "{"/],
    ["a number for a tensor", file({ x: 3 }), /"x": found 3/],
    ["a dtype that is none", file(entry("<f4", [1], 0, 4), one), /dtype: found "<f4"/],
    ["half a byte", file(entry("F4", [3], 0, 1), [0]), /found 1 bytes of data, expected 1\.5/],
    ["a name twice", file(`{"x":${field},"x":${field}}`, one), /found the key "x" twice/],
    ["a name twice, written in two ways", file(`{"x":${field},"\\u0078":${field}}`, one), /"x" twice/],
    ["two tensors of a name", file(`{"x":${field},"x":${next}}`, [...one, ...one]), /"x" twice/],
    ["a field twice", file(`{"x":{"dtype":"I32",${field.slice(1)}}`, one), /"dtype" twice/],
    [
      "metadata twice",
      file(`{"__metadata__":{},"x":${field},"__metadata__":{}}`, one),
      /"__metadata__" twice/,
    ],
    ["a key of the metadata twice", file(`{"__metadata__":{"a":"{","a":"1"}}`), /"a" twice/],
    ["a space before the header", file(` {"x":${field}}`, one), /found the byte 32 at its beginning/],
    ["a mark before the header", file(`\ufeff{"x":${field}}`, one), /found the byte 239 at its beginning/],
    ["an empty header", file(""), /found nothing at its beginning/],
    ["dtype of Object.prototype", file(entry("toString", [1], 0, 4), one), /dtype: found "toString"/],
    ["negative dimension", file(entry("F32", [-1, -1], 0, 4), one), /shape: found \[-1,-1\]/],
    ["fractional dimension", file(entry("F32", [0.5], 0, 4), one), /shape/],
    [
      "shape beyond counting",
      file(entry("F32", [2 ** 40, 2 ** 40], 0, 4), one),
      /shape: found .*expected at most/,
    ],
    ["an empty shape beyond counting", file(entry("F32", [2 ** 40, 0, 2 ** 40], 0, 0)), /shape: found/],
    ["end before begin", file(entry("F32", [1], 4, 0), one), /found -4 bytes/],
    ["size against shape", file(entry("F32", [2], 0, 4), one), /found 4 bytes of data, expected 8/],
    ["gap", file(entry("F32", [1], 4, 8), [...one, ...one]), /overlap or leave a gap/],
    ["truncated data", file(entry("F32", [1], 0, 4), [0, 0]), /truncated/],
    ["bytes to spare", file(entry("F32", [1], 0, 4), [...one, 0]), /bytes to spare/],
    ["a bool of 7", file(entry("BOOL", [1], 0, 1), [7]), /found the byte 7/],
    ["metadata that is not text", file({ __metadata__: { a: 1 } }), /"a": found 1, expected text/],
    ["an i64 too large", file(entry("I64", [1], 0, 8), bytesOf(BigInt64Array.of(2n ** 31n))), /2147483648/],
  ])("%s", (_name, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(DataError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test("overlapping tensors", () => {
    const header = {
      a: { dtype: "U8", shape: [2], data_offsets: [0, 2] },
      b: { dtype: "U8", shape: [2], data_offsets: [1, 3] },
    };
    expect(() => readSafetensors(file(header, [1, 2, 3]))).toThrow(/"b": found data at byte 1, expected 2/);
  });

  test("any truncation of a good file", () => {
    const bytes = writeSafetensors([["x", { dtype: "f32", shape: [3], data: Float32Array.of(1, 2, 3) }]]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(DataError);
    }
  });
});

test("data that does not fit its spec is not written", () => {
  const data = Float32Array.of(1, 2);
  expect(() => writeSafetensors([["x", { dtype: "f32", shape: [3], data }]])).toThrow(ArgumentError);
  expect(() => writeSafetensors([["x", { dtype: "i32", shape: [2], data }]])).toThrow(/Int32Array/);
  const array: StoredArray = { dtype: "f32", shape: [2], data };
  expect(() => writeSafetensors([["__metadata__", array]])).toThrow(/reserved/);
  expect(() => writeSafetensors([["x", { ...array, shape: [-1, -2] }]])).toThrow(/found \[-1, -2\]/);
  expect(() => writeSafetensors([], { epoch: 3 } as never)).toThrow('metadata: "epoch": found 3');
  const flags: StoredArray = { dtype: "bool", shape: [2], data: Uint8Array.of(1, 2) };
  expect(() => writeSafetensors([["x", flags]])).toThrow("x: element 1: found the byte 2");
  const twice: [string, StoredArray][] = [
    ["x", array],
    ["x", array],
  ];
  expect(() => writeSafetensors(twice)).toThrow('tensors: found the name "x" twice, expected it once');
});

test.each<[string, unknown, unknown, string]>([
  ["a record of tensors", { x: { dtype: "f32" } }, {}, "tensors: found an object, expected pairs of a name"],
  ["a list of arrays", [{ dtype: "f32" }], {}, "tensors: found an object, expected a pair of a name"],
  ["no array", [["x", undefined]], {}, "x: found undefined, expected { dtype, shape, data }"],
  ["no data", [["x", { dtype: "f32", shape: [1] }]], {}, "x: data: found undefined, expected values of the"],
  ["no shape", [["x", { dtype: "f32", data: new Float32Array(1) }]], {}, "x: shape: found undefined"],
  [
    "a dtype that is none",
    [["x", { dtype: "f64", shape: [1], data: new Float64Array(1) }]],
    {},
    'x: dtype: found "f64", expected "f32" or',
  ],
  ["no metadata", [], null, "metadata: found null, expected a record of strings"],
])("what is not even of its type is an ArgumentError: %s", (_name, tensors, metadata, message) => {
  expect(() => writeSafetensors(tensors as never, metadata as never)).toThrow(ArgumentError);
  expect(() => writeSafetensors(tensors as never, metadata as never)).toThrow(message);
});

describe("properties", () => {
  const readOrRefuse = (bytes: Uint8Array) => {
    try {
      readSafetensors(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
    }
  };

  test("random bytes are read or refused, never a crash", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefuse), { numRuns: 500 });
  });

  test("random JSON headers are read or refused", () => {
    const run = (json: unknown, data: Uint8Array) => readOrRefuse(file(json, data));
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), fc.uint8Array({ maxLength: 16 }), run));
  });

  test("two equal keys anywhere in a header are refused, however they are written", () => {
    const escaped = (key: string) =>
      [...key].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    const run = (keys: string[], twice: number, depth: number) => {
      const all = [...keys.map((key) => JSON.stringify(key)), `"${escaped(keys[twice % keys.length]!)}"`];
      const inner = `{${all.map((key) => `${key}:"}:{"`).join(",")}}`;
      const nested = `{"a":`.repeat(depth) + inner + "}".repeat(depth);
      expect(() => readSafetensors(file(nested))).toThrow(/twice, expected once/);
    };
    const keys = fc.uniqueArray(fc.string({ unit: "binary-ascii" }), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(keys, fc.nat(), fc.nat(3), run));
  });

  test("a good file with a byte changed, or some put in or taken out, is read or refused", () => {
    const good = writeSafetensors([
      ["a.weight", { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ["a.count", { dtype: "i32", shape: [], data: Int32Array.of(1), fileDtype: "I64" }],
    ]);
    const change = (position: number, value: number) =>
      readOrRefuse(good.with(position, value) as Uint8Array);
    fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), change), { numRuns: 1000 });
    const splice = (position: number, removed: number, bytes: Uint8Array) =>
      readOrRefuse(
        Uint8Array.from([...good.subarray(0, position), ...bytes, ...good.subarray(position + removed)]),
      );
    const bytes = fc.uint8Array({ maxLength: 8 });
    fc.assert(fc.property(fc.nat(good.length), fc.nat(8), bytes, splice), { numRuns: 500 });
  });

  test("what is written is read back", () => {
    const array = fc
      .array(fc.nat(4), { maxLength: 4 })
      .chain((shape) => {
        const length = shape.reduce((a, b) => a * b, 1);
        return fc.record({
          shape: fc.constant(shape),
          data: fc.float32Array({ minLength: length, maxLength: length }),
        });
      })
      .map(({ shape, data }): StoredArray => ({ dtype: "f32", shape, data }));
    const names = fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__");
    const files = fc.uniqueArray(fc.tuple(names, array), { selector: ([name]) => name, maxLength: 5 });
    const comesBack = (tensors: [string, StoredArray][]) => {
      const read = readSafetensors(writeSafetensors(tensors)).tensors;
      expect(read.size).toBe(tensors.length);
      for (const [name, { shape, data }] of tensors) {
        expect(read.get(name)!.shape).toEqual(shape);
        expect(read.get(name)!.data).toEqual(data);
      }
    };
    fc.assert(fc.property(files, comesBack));
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
