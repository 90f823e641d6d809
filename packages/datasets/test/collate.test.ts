import { ArgumentError, ShapeError, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batches, defaultCollate, type PadCollateOptions, padCollate } from "../src/index.ts";
import { count, images, read } from "./read-batches.ts";

beforeEach(() => {
  setDefaultBackend(new MemoryBackend({ name: "first", launches: "refuse" }));
});

afterEach(() => {
  setDefaultBackend(undefined);
});

describe("the default", () => {
  it("stacks arrays, numbers and booleans of nested records, and lists strings", async () => {
    const examples = count(3).map((index) => ({
      name: `example ${index}`,
      inputs: [{ tokens: Int32Array.of(index, 7) }, index > 0],
    }));
    const expected = {
      name: ["example 0", "example 1", "example 2"],
      inputs: [
        { tokens: { data: Int32Array.of(0, 7, 1, 7, 2, 7), shape: [3, 2], dtype: undefined } },
        { data: Uint8Array.of(0, 1, 1), shape: [3], dtype: "bool" },
      ],
    };
    expect(defaultCollate(examples, [0, 1, 2], "test")).toEqual(expected);
    expect(await read(batches(examples, { batchSize: 3 }))).toEqual([
      { name: expected.name, inputs: [{ tokens: "i32 [3, 2]: 0 7 1 7 2 7" }, "bool [3]: 0 1 1"] },
    ]);
  });

  it("rejects a batch without examples", () => {
    expect(() => defaultCollate([], [], "test")).toThrow(/test: found no examples, expected at least one/);
  });
});

describe("a function of one's own", () => {
  const examples = count(4).map((index) => ({ inputs: [index, -index], labels: index }));

  it("joins whole examples, or the part that it is given for, in every kind of source", async () => {
    const whole = batches(examples, {
      batchSize: 3,
      collate: async (some, positions) => ({
        sums: some.map(({ inputs }) => inputs.reduce((sum, value) => sum + value, 0)),
        positions: Int32Array.from(positions),
      }),
    });
    expect(await read(whole)).toEqual([
      { sums: "f32 [3]: 0 0 0", positions: "i32 [3]: 0 1 2" },
      { sums: "f32 [1]: 0", positions: "i32 [1]: 3" },
    ]);
    const lastLabel = (labels: readonly number[]) => Int32Array.of(labels.at(-1)!);
    const stream = batches(() => examples, { batchSize: 3, collate: { labels: lastLabel } });
    expect(await read(stream)).toEqual([
      { inputs: "f32 [3, 2]: 0 0 1 -1 2 -2", labels: "i32 [1]: 2" },
      { inputs: "f32 [1, 2]: 3 -3", labels: "i32 [1]: 3" },
    ]);
    const columns = { inputs: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, labels: [5, 6] };
    const ofRows = batches(columns, { batchSize: 2, collate: { inputs: padCollate({ multipleOf: 3 }) } });
    expect(await read(ofRows)).toEqual([
      {
        inputs: {
          values: "f32 [2, 3]: 1 2 0 3 4 0",
          mask: "bool [2, 3]: 1 1 0 1 1 0",
          lengths: "i32 [2]: 2 2",
        },
        labels: "f32 [2]: 5 6",
      },
    ]);
  });

  it("is rejected if it is for a part that does not exist, or not a function", async () => {
    const wrongName = batches(examples, { batchSize: 2, collate: { label: defaultCollate } as never });
    await expect(read(wrongName)).rejects.toThrow(
      'batches: collate: found "label", expected some of: inputs, labels',
    );
    const wrongKind = batches(examples, { batchSize: 2, collate: { labels: 5 } as never });
    await expect(read(wrongKind)).rejects.toThrow("batches: collate: labels: found 5, expected a function");
    expect(() => batches(examples, { batchSize: 2, collate: 5 as never })).toThrow(ArgumentError);
    // @ts-expect-error: images have a form of their own
    expect(() => batches(images, { batchSize: 1, collate: defaultCollate })).toThrow(ArgumentError);
  });
});

describe("padding", () => {
  const ragged = [Int32Array.of(1, 2), Int32Array.of(), Int32Array.of(3, 4, 5)];
  const pad = (options: PadCollateOptions, examples: readonly never[] = ragged as never) =>
    padCollate(options)(examples, count(examples.length), "test");
  const array = (data: ArrayLike<number>, shape: readonly number[]) => ({
    data: Int32Array.from(data),
    shape,
  });
  const bools = (data: readonly number[], shape: readonly number[]) => ({
    data: Uint8Array.from(data),
    shape,
    dtype: "bool",
  });

  it("extends arrays to the longest, with a mask and lengths, and keeps the dtype", () => {
    expect(pad({})).toEqual({
      values: array([1, 2, 0, 0, 0, 0, 3, 4, 5], [3, 3]),
      mask: bools([1, 1, 0, 0, 0, 0, 1, 1, 1], [3, 3]),
      lengths: array([2, 0, 3], [3]),
    });
    const bytes = padCollate({ value: 9 })([Uint8Array.of(1), Uint8Array.of()], [0, 1], "test");
    expect(bytes.values).toEqual({ data: Uint8Array.of(1, 9), shape: [2, 1] });
    const half = { data: Float32Array.of(0.5), shape: [1], dtype: "f16" } as const;
    expect(padCollate({})([half], [0], "test").values.dtype).toBe("f16");
  });

  it.each([
    [{ multipleOf: 4, value: -1 }, [1, 2, -1, -1, -1, -1, -1, -1, 3, 4, 5, -1], 4],
    [{ length: 5 }, [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4, 5, 0, 0], 5],
    [{ length: 2, truncated: true }, [1, 2, 0, 0, 3, 4], 2],
    [{ length: 3, multipleOf: 2 }, [1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 5, 0], 4],
    [{ side: "left" }, [0, 1, 2, 0, 0, 0, 3, 4, 5], 3],
    [{ unmasked: true }, [1, 2, 0, 0, 0, 0, 3, 4, 5], 3],
  ] as const)("%o gives %o", (options, expected, length) => {
    const made = pad(options);
    const values = "values" in made ? made.values : made;
    expect(values).toEqual(array(expected, [3, length]));
    if ("mask" in made) {
      const kept = expected.map((value) => Number(value > 0));
      expect(made.mask).toEqual(bools(kept, [3, length]));
      expect(made.lengths).toEqual(array([Math.min(2, length), 0, Math.min(3, length)], [3]));
    }
  });

  it("extends any dimensions of arrays", () => {
    const images = [array([1, 2, 3, 4], [1, 2, 2]), array([5, 6, 7], [1, 1, 3])] as never;
    expect(pad({ axis: [2, 1], value: -1 }, images)).toEqual({
      values: array([1, 2, -1, 3, 4, -1, 5, 6, 7, -1, -1, -1], [2, 1, 2, 3]),
      mask: bools([1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 0], [2, 2, 3]),
      lengths: array([2, 2, 1, 3], [2, 2]),
    });
    const rows = [array([1, 2], [1, 2]), array([3, 4, 5, 6], [2, 2])] as never;
    expect(pad({ side: "left" }, rows)).toMatchObject({ values: array([0, 0, 1, 2, 3, 4, 5, 6], [2, 2, 2]) });
  });

  it.each([
    [{ value: "0" }, ArgumentError, "padCollate: value"],
    [{ multipleOf: 0 }, ArgumentError, "padCollate: multipleOf"],
    [{ side: "top" }, ArgumentError, "padCollate: side"],
    [{ truncated: true }, ArgumentError, "padCollate: truncated: found true without `length`"],
    [{ pad: 1 }, ArgumentError, 'padCollate: found the option "pad"'],
    [{ length: 2 }, ShapeError, "test: found the length 3 in example 2, expected at most 2"],
    [{ axis: 1 }, ShapeError, "test: found [2] in example 0, expected an array with axis 1"],
    [{ axis: -1 }, ShapeError, "expected an array with axis -1"],
  ])("%o is rejected", (options, kind, message) => {
    expect(() => pad(options as never)).toThrow(kind);
    expect(() => pad(options as never)).toThrow(message);
  });

  it.each([
    [[], "found no examples"],
    [["text"], 'found "text"'],
    [[{ a: 1 }], "found a record in example 0, expected an array"],
    [[Int32Array.of(1), Float32Array.of(1)], "found f32 [1] in example 1, expected the dtype of i32 [1]"],
    [[[[1, 2]], [[1]]], "found [1, 1] in example 1, expected [1, 2] as in example 0, but for axis 0"],
    [[1], "found [] in example 0, expected an array with axis 0"],
  ])("the examples %o are rejected", (examples, message) => {
    expect(() => pad({}, examples as never)).toThrow(message);
  });
});
