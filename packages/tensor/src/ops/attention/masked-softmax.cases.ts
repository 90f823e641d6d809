import type { CaseInput, CaseValues, OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { MaskedSoftmaxAttributes } from "./attributes.ts";
import { maskedSoftmaxOp } from "./masked-softmax.ts";

const plain: MaskedSoftmaxAttributes = { scale: 1, causal: false };
const causal: MaskedSoftmaxAttributes = { scale: 0.3, causal: true };
const scaled: MaskedSoftmaxAttributes = { scale: -0.7, causal: false };

const makeScores = (shape: Shape, values: CaseValues = { normal: [0, 3] }): CaseInput => ({
  shape,
  dtype: "f32",
  values,
});
const makeBool = (shape: Shape, values: CaseValues = { integers: [0, 1] }): CaseInput => ({
  shape,
  dtype: "bool",
  values,
});
const makeBias = (shape: Shape, values: CaseValues = { normal: [0, 1] }): CaseInput => ({
  shape,
  dtype: "f32",
  values,
});

type Row = readonly [
  name: string,
  attrs: MaskedSoftmaxAttributes,
  scores: CaseInput,
  mask?: CaseInput | undefined,
];

const rows: readonly Row[] = [
  ["one row", scaled, makeScores([7])],
  ["one element", plain, makeScores([1])],
  ["scaled", scaled, makeScores([6, 10])],
  ["rows of whole vectors", plain, makeScores([3, 8])],
  ["causal square", causal, makeScores([2, 3, 9, 9])],
  ["causal, more keys than queries", causal, makeScores([2, 5, 12])],
  ["causal, fewer keys than queries", causal, makeScores([2, 12, 5])],
  ["causal whole vectors", causal, makeScores([2, 8, 8])],
  ["a mask of keys", scaled, makeScores([2, 3, 5, 7]), makeBool([2, 1, 1, 7])],
  ["a mask of queries", plain, makeScores([2, 3, 5, 7]), makeBool([2, 1, 5, 1])],
  ["a mask of queries and keys", plain, makeScores([2, 3, 5, 8]), makeBool([5, 8])],
  ["a mask of heads, causal", causal, makeScores([2, 3, 5, 7]), makeBool([3, 1, 7])],
  ["a full mask", plain, makeScores([2, 3, 5, 7]), makeBool([2, 3, 5, 7])],
  ["a mask of one element", plain, makeScores([5, 7]), makeBool([], [1])],
  ["a mask that leaves out all", plain, makeScores([5, 7]), makeBool([1], [0])],
  ["a bias", scaled, makeScores([2, 3, 5, 7]), makeBias([3, 5, 7])],
  ["a bias of vectors, causal", causal, makeScores([3, 8, 8]), makeBias([8, 8])],
  ["rank 5, other dimensions repeat", plain, makeScores([2, 3, 2, 3, 5]), makeBool([2, 1, 2, 1, 5])],
  ["no rows", plain, makeScores([0, 3]), makeBool([3])],
  ["no keys", causal, makeScores([3, 0])],
  ["large: 66,000 rows", plain, makeScores([2, 33_000, 3]), makeBool([2, 1, 3])],
  ["large: long rows in parts", causal, makeScores([2, 2, 40_000]), makeBool([2, 1, 40_000])],
  ["large: odd rows in parts", plain, makeScores([2, 35_001]), makeBias([35_001])],
];

/** A bias that is the same along a row changes nothing, so its gradient is a difference of equal sums. */
const levelRows: readonly Row[] = [
  ["a bias of queries", plain, makeScores([4, 5, 6]), makeBias([4, 1, 1])],
  ["rank 5, a bias", causal, makeScores([2, 3, 2, 3, 5]), makeBias([3, 1, 3, 1])],
];

const strangeRows: readonly Row[] = [
  ["non-finite", plain, makeScores([13, 11], "non-finite")],
  ["non-finite, causal", causal, makeScores([13, 11], "non-finite")],
  ["non-finite where the mask is false", plain, makeScores([13, 11], "non-finite"), makeBool([13, 11])],
  [
    "non-finite where a mask of queries is false",
    plain,
    makeScores([13, 11], "non-finite"),
    makeBool([13, 1]),
  ],
  ["a non-finite bias", scaled, makeScores([13, 11]), makeBias([13, 11], "non-finite")],
  [
    "a bias that leaves out",
    plain,
    makeScores([2, 3, 4]),
    makeBias([2, 1, 4], [0, -Infinity, 0, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity]),
  ],
];

const toCase = ([name, attrs, ...inputs]: Row): OpCase<MaskedSoftmaxAttributes> => ({
  name,
  attrs,
  inputs: inputs.filter((input) => input !== undefined),
});

export const maskedSoftmaxCases: OpCases<MaskedSoftmaxAttributes> = {
  op: maskedSoftmaxOp,
  accuracy: {
    relative: 60 * 2 ** -24,
    absolute: 1e-37,
    reason: "as softmax, and the scaled score and its sum with the mask round too",
  },
  cases: withHalves(
    ["scaled", "a bias", ["a mask of keys", 0], ["a bias of vectors, causal", 1]],
    [
      ...rows.map(toCase),
      ...levelRows.map((row) => ({
        ...toCase(row),
        accuracy: { relative: 60 * 2 ** -24, absolute: 30 * 2 ** -24, reason: "sums of 30 terms of size 1" },
      })),
      ...strangeRows.map((row) => ({
        ...toCase(row),
        needs: "non-finite" as const,
        differentiable: false,
      })),
    ],
  ),
};
