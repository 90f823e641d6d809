import { expect, test } from "vitest";
import { fromData } from "../../creation/from-data.ts";
import { allTypes, indexType } from "../../expression/dtype-kinds.ts";
import { reshape } from "../../ops/movement/reshape.ts";
import { MemoryBackend } from "../../testing/index.ts";
import { recallIntegers, rememberIntegers } from "./host-integers.ts";

const backend = new MemoryBackend();

test.each(allTypes)("of tensors in %s, only labels and indices are remembered", (dtype) => {
  const values = new Int32Array(6);
  const x = fromData(values, { shape: [6], dtype }, { backend });
  rememberIntegers(x, values);
  const expected = dtype === indexType ? values : undefined;
  expect(recallIntegers(x)).toBe(expected);
  expect(recallIntegers(reshape(x, [2, 3]))).toBe(expected);
});
