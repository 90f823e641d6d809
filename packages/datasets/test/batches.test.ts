import { ArgumentError, DTypeError, ShapeError, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batches } from "../src/index.ts";
import { count, images, read } from "./read-batches.ts";

beforeEach(() => {
  setDefaultBackend(new MemoryBackend({ name: "first", launches: "refuse" }));
});

afterEach(() => {
  setDefaultBackend(undefined);
});

describe("arrays", () => {
  it("are divided along their first dimension, in any structure", async () => {
    const source = batches(
      {
        inputs: {
          points: { data: Float32Array.from(count(10)), shape: [5, 2] },
          pair: [Uint8Array.from(count(5)), [true, false, true, false, true]],
        },
        labels: Int32Array.of(4, 3, 2, 1, 0),
        weights: [[0.5], [1], [1.5], [2], [2.5]],
      },
      { batchSize: 3 },
    );
    expect([source.batchesPerEpoch, source.examplesPerEpoch]).toEqual([2, 5]);
    expect(await read(source)).toEqual([
      {
        inputs: { points: "f32 [3, 2]: 0 1 2 3 4 5", pair: ["u8 [3]: 0 1 2", "bool [3]: 1 0 1"] },
        labels: "i32 [3]: 4 3 2",
        weights: "f32 [3, 1]: 0.5 1 1.5",
      },
      {
        inputs: { points: "f32 [2, 2]: 6 7 8 9", pair: ["u8 [2]: 3 4", "bool [2]: 0 1"] },
        labels: "i32 [2]: 1 0",
        weights: "f32 [2, 1]: 2 2.5",
      },
    ]);
  });

  it("may be a single array with its own dtype", async () => {
    expect(await read(batches(Float64Array.of(1, 2, 3, 4), { batchSize: 2 }))).toEqual([
      "f32 [2]: 1 2",
      "f32 [2]: 3 4",
    ]);
    const words = { data: Uint32Array.of(7, 8), shape: [1, 2], dtype: "i32" } as const;
    expect(await read(batches(words, { batchSize: 2 }))).toEqual(["i32 [1, 2]: 7 8"]);
    const labels = batches({ labels: [3, 1] }, { batchSize: 2, dtypes: { labels: "i32" } });
    expect(await read(labels)).toEqual([{ labels: "i32 [2]: 3 1" }]);
  });

  it("may contain narrower integers if a dtype is given", async () => {
    const x = Int16Array.of(1, -2, 3, 4);
    const options = { batchSize: 4, dtypes: { x: "i32" } } as const;
    expect(await read(batches({ x }, options))).toEqual([{ x: "i32 [4]: 1 -2 3 4" }]);
    expect(await read(batches([{ x }, { x }], { ...options, batchSize: 2 }))).toEqual([
      { x: "i32 [2, 4]: 1 -2 3 4 1 -2 3 4" },
    ]);
    const bytes = { data: Int8Array.of(-1, 7), shape: [2, 1], dtype: "f32" } as const;
    expect(await read(batches(bytes, { batchSize: 2 }))).toEqual(["f32 [2, 1]: -1 7"]);
    expect(await read(batches(Uint16Array.of(65535), { batchSize: 1, dtypes: "u32" }))).toEqual([
      "u32 [1]: 65535",
    ]);
    const message = "batches: x: found an Int16Array and no dtype, expected a dtype for it";
    expect(() => batches({ x }, { batchSize: 4 })).toThrow(message);
    await expect(read(batches([{ x }], { batchSize: 1 }))).rejects.toThrow(message);
    await expect(read(batches([{ x }, { x: x.subarray(1) }], { batchSize: 2 }))).rejects.toThrow(ShapeError);
    await expect(read(batches(x, { batchSize: 4, dtypes: "u8" }))).rejects.toThrow(DTypeError);
  });

  it("are rejected immediately if dtypes do not fit", () => {
    const arrays = { inputs: [[1], [2]], labels: [1, 2] };
    for (const [dtypes, message] of [
      ["i32", 'batches: dtypes: found "i32", expected a dtype for each, by name: inputs, labels'],
      [{ label: "i32" }, 'batches: dtypes: found "label", expected some of: inputs, labels'],
    ] as const) {
      const make = () => batches(arrays, { batchSize: 2, dtypes: dtypes as never });
      expect(make).toThrow(ArgumentError);
      expect(make).toThrow(message);
    }
  });

  it("are shuffled together, depending only on seed and epoch", async () => {
    const arrays = { inputs: Float32Array.from(count(40)), labels: Int32Array.from(count(40)) };
    const orders = new Map<string, number[]>();
    for (const seed of [1, 2]) {
      for (const epoch of [0, 1]) {
        const labels: number[] = [];
        const source = batches(arrays, { batchSize: 7, shuffled: true, seed });
        for await (const batch of source.epoch(epoch)) {
          labels.push(...(await batch.labels.data()));
          expect([...(await batch.inputs.data())]).toEqual([...(await batch.labels.data())]);
        }
        orders.set(labels.join(), labels);
        const again = await read(batches(arrays, { batchSize: 40, shuffled: true, seed }), epoch);
        expect(again).toEqual([
          { inputs: `f32 [40]: ${labels.join(" ")}`, labels: `i32 [40]: ${labels.join(" ")}` },
        ]);
      }
    }
    expect(orders.size).toBe(4);
    for (const order of orders.values()) expect(order.toSorted((a, b) => a - b)).toEqual(count(40));
  });

  it("leave out an incomplete last batch with dropLast", async () => {
    const source = batches({ inputs: Float32Array.from(count(8)) }, { batchSize: 3, dropLast: true });
    expect([source.batchesPerEpoch, source.examplesPerEpoch]).toEqual([2, 6]);
    expect((await read(source)).length).toBe(2);
  });

  it.each([
    [{ a: [1, 2], b: { c: [1] } }, ShapeError, "batches: b: found 1 examples, expected 2 as in a"],
    [{ a: { data: Int32Array.of(1, 2, 3), shape: [2, 2] } }, ShapeError, "batches: a: found 3 values"],
    [{ a: [[1, 2], [3]] }, ShapeError, "batches: a: found a ragged array"],
    [{ a: [1, true] }, ShapeError, "batches: a: found a ragged array"],
    [{ a: 5 }, ShapeError, "batches: a: found one number, expected one for each example"],
    [{ a: "text" }, ArgumentError, 'batches: a: found "text", expected numbers'],
    [{ a: BigInt64Array.of(1n) }, ArgumentError, "batches: a: found a BigInt64Array"],
    [{ a: new Date(0) }, ArgumentError, "batches: a: found a Date"],
    [{}, ArgumentError, "batches: found no arrays"],
    ["text", ArgumentError, 'batches: found "text", expected an image set'],
    [null, ArgumentError, "batches: found null"],
  ])("%o are rejected", (source, kind, message) => {
    const make = () => batches(source as object, { batchSize: 2 });
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});

describe("examples", () => {
  const examples = count(5).map((index) => ({
    inputs: { point: Float32Array.of(index, -index), name: [index % 2 === 0] },
    labels: index,
  }));
  const dtypes = { labels: "i32" } as const;
  const expected = [
    { inputs: { point: "f32 [3, 2]: 0 0 1 -1 2 -2", name: "bool [3, 1]: 1 0 1" }, labels: "i32 [3]: 0 1 2" },
    { inputs: { point: "f32 [2, 2]: 3 -3 4 -4", name: "bool [2, 1]: 0 1" }, labels: "i32 [2]: 3 4" },
  ];

  async function* later() {
    for (const example of examples) {
      await null;
      yield example;
    }
  }

  it("come from an array or a dataset, synchronously or asynchronously", async () => {
    const options = { batchSize: 3, dtypes };
    const datasets = [
      batches(examples, options),
      batches({ length: 5, get: (index) => examples[index]! }, options),
      batches({ length: 5, get: async (index) => examples[index]! }, options),
    ];
    for (const source of datasets) {
      expect([source.batchesPerEpoch, source.examplesPerEpoch]).toEqual([2, 5]);
      expect(await read(source)).toEqual(expected);
    }
    const shuffled = batches(examples, { ...options, shuffled: true, seed: 3, dropLast: true });
    expect((await read(shuffled)).length).toBe(1);
    expect(await read(shuffled)).toEqual(await read(shuffled));
  });

  it("come from streams, which start again for each epoch", async () => {
    const options = { batchSize: 3, dtypes };
    const streams = [
      batches(() => later(), options),
      batches((epoch: number) => (epoch < 9 ? examples.values() : []), options),
      batches({ [Symbol.asyncIterator]: later }, options),
      batches(new Set(examples), options),
    ];
    for (const source of streams) {
      for (const epoch of [0, 1]) expect(await read(source, epoch)).toEqual(expected);
    }
    expect((await read(batches(later, { ...options, dropLast: true }))).length).toBe(1);
  });

  it("are read once from a generator, and a second epoch throws", async () => {
    const source = batches(later(), { batchSize: 3, dtypes });
    expect(await read(source)).toEqual(expected);
    expect(() => source.epoch(1)).toThrow(/found a stream that has already been read, expected a function/);
  });

  it("end their stream when the loop is left, and propagate its errors", async () => {
    let ended = false;
    async function* endless() {
      try {
        for (let index = 0; ; index++) yield index;
      } finally {
        ended = true;
      }
    }
    for await (const batch of batches(endless, { batchSize: 4 }).epoch(0)) {
      expect([...(await batch.data())]).toEqual([0, 1, 2, 3]);
      break;
    }
    expect(ended).toBe(true);
    const broken = {
      length: 9,
      get: (index: number) => (index < 5 ? index : Promise.reject(new Error("lost"))),
    };
    await expect(read(batches(broken, { batchSize: 3 }))).rejects.toThrow("lost");
  });

  it.each([
    [
      [Float32Array.of(1, 2), Float32Array.of(1)],
      ShapeError,
      "found f32 [1] in example 1, expected f32 [2] as in example 0",
    ],
    [
      [{ a: 1 }, { a: Int32Array.of(1) }],
      ShapeError,
      "batches: a: found i32 [1] in example 1, expected f32 []",
    ],
    [[{ a: 1 }, { b: 1 }], ArgumentError, "found the parts b in example 1, expected a as in example 0"],
    [[{ a: 1 }, { a: 1, b: 2 }], ArgumentError, "found the parts a, b in example 1, expected a"],
    [[{ a: 1 }, undefined], ArgumentError, "found the parts none in example 1, expected a"],
    [[1, { a: 1 }], ShapeError, "found a record in example 1, expected f32 []"],
    [[{ a: "text" }, { a: 1 }], ArgumentError, "batches: a: found f32 [] in example 1, expected a string"],
    [[{ a: 1 }, { a: "text" }], ShapeError, "batches: a: found a string in example 1, expected f32 []"],
    [[{ a: new Date(0) }], ArgumentError, "batches: a: found a Date"],
  ])("%o are rejected", async (wrong, kind, message) => {
    for (const source of [batches(wrong, { batchSize: 2 }), batches(() => wrong, { batchSize: 2 })]) {
      const reading = read(source);
      await expect(reading).rejects.toThrow(kind);
      await expect(reading).rejects.toThrow(message);
    }
  });

  it("are rejected if dtypes do not fit", async () => {
    const wrongName = batches(examples, { batchSize: 3, dtypes: { label: "i32" } as never });
    await expect(read(wrongName)).rejects.toThrow('dtypes: found "label", expected some of: inputs, labels');
    await expect(read(batches([0.5], { batchSize: 1, dtypes: "i32" }))).rejects.toThrow(DTypeError);
  });
});

it.each([
  [undefined, 2],
  [0, 1],
  [3, 4],
])("with `prefetched: %s`, %s batches are read when one is in use", async (prefetched, expected) => {
  let reads = 0;
  const dataset = { length: 10, get: (index: number) => [++reads, index] };
  for await (const _ of batches(dataset, { batchSize: 1, prefetched }).epoch(0)) {
    await new Promise((resolve) => setTimeout(resolve));
    expect(reads).toBe(expected);
    break;
  }
});

it("options that a source does not have are rejected, also by the compiler", () => {
  const example = { inputs: Float32Array.of(1), labels: 2 };
  // @ts-expect-error: streams are not shuffled
  expect(() => batches(() => [example], { batchSize: 5, shuffled: true, seed: 1 })).toThrow(ArgumentError);
  // @ts-expect-error: the name of an option
  expect(() => batches(images, { batchsize: 5 })).toThrow(ArgumentError);
});
