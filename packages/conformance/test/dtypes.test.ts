import type { DType, OpCases } from "@evenkeel/tensor";
import { allTypes, DTypeError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { allCases } from "../src/index.ts";

/** The dtypes that ops take, with the reason why they take no others. */
const table: readonly {
  readonly dtypes: readonly DType[];
  readonly reason: string;
  readonly ops: string;
}[] = [
  {
    dtypes: ["f32", "f16", "i32", "u32", "u8", "bool"],
    reason: "values move unchanged, or are compared with their equals",
    ops: "broadcastTo cast concatenate equal extend flip gather notEqual pad reshape slice take transpose triangle",
  },
  {
    dtypes: ["f32", "f16", "i32", "u32", "u8"],
    reason: "truth values have no order",
    ops: "argsort greater greaterEqual less lessEqual",
  },
  {
    dtypes: ["f32", "f16", "i32", "u32"],
    reason: "u8 is data and bool is truth: `cast` them for arithmetic",
    ops:
      "add argmax argmin clamp cumulativeSum div floorDivide indexAdd isArgmax max maximum min minimum mod mul rem scatter " +
      "scatterAdd square sub sum topK",
  },
  { dtypes: ["f32", "f16", "i32"], reason: "unsigned numbers have no sign", ops: "abs neg sign" },
  {
    dtypes: ["i32", "u32", "u8"],
    reason: "bits are those of whole numbers",
    ops: "bitwiseAnd bitwiseLeftShift bitwiseNot bitwiseOr bitwiseRightShift bitwiseXor",
  },
  {
    dtypes: ["bool"],
    reason: "a condition is a truth value",
    ops: "logicalAnd logicalNot logicalOr logicalXor where",
  },
  { dtypes: ["f32", "f16", "i32"], reason: "selects maxima, or their indices", ops: "maxPoolSelect" },
  {
    dtypes: ["i32", "u8"],
    reason: "the place of a maximum in its window is a byte where that suffices",
    ops: "maxPoolIndices",
  },
  { dtypes: ["i32"], reason: "labels and indices are i32", ops: "oneHot" },
  {
    dtypes: ["f32", "f16"],
    reason: "results are fractions, or only floats are infinite, NaN or fractional",
    ops:
      "acos acosh asin asinh atan atan2 atanh ceil cos cosh elu erf exp exp2 expm1 floor gelu hardtanh isFinite isInfinite isNan " +
      "leakyRelu log log10 log1p log2 logaddexp nanToNum power reciprocal relu round rsqrt sigmoid silu sin sinh softplus sqrt tan " +
      "tanh trunc",
  },
  {
    dtypes: ["f32", "f16"],
    reason: "means, moments and probabilities are fractions",
    ops: "logSoftmax logSoftmaxGradient logsumexp mean moments softmax softmaxCrossEntropy softmaxCrossEntropyGradient softmaxGradient",
  },
  {
    dtypes: ["f32", "f16"],
    reason: "the function `product` multiplies integers by `mul`: only floats have a kernel and a gradient",
    ops: "product",
  },
];

/** The dtypes that the first operand of an op may have, and with it all others of its dtype. */
function listAccepted({ op, cases }: OpCases): DType[] {
  return allTypes.filter((dtype) =>
    cases.some(({ inputs, attrs }) => {
      const data = inputs.find((input) => input !== undefined);
      if (data === undefined) return false;
      const specs = inputs.map((input) => (input?.dtype === data.dtype ? { ...input, dtype } : input));
      try {
        op.outputs(specs, attrs);
        return true;
      } catch (error) {
        if (error instanceof DTypeError) return false;
        throw error;
      }
    }),
  );
}

const rows = table.flatMap(({ dtypes, ops }) => ops.split(" ").map((name) => [name, dtypes] as const));

test.each(rows)("%s takes %s", (name, dtypes) => {
  expect(listAccepted(allCases.find(({ op }) => op.name === name)!)).toEqual(dtypes);
});

test("every op that takes integers, bits or truth values is in the table, so that a gap in it has a reason", () => {
  const known = new Set(rows.map(([name]) => name));
  const strays = allCases.filter(
    (opCases) => !known.has(opCases.op.name) && listAccepted(opCases).some((dtype) => !/^f/.test(dtype)),
  );
  expect(strays.map(({ op }) => op.name)).toEqual([]);
});
