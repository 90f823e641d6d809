import type { Attributes } from "../../../core/op.ts";
import type { Accuracy, CaseInput, CaseValues, OpCase } from "../../../core/op-cases.ts";
import type { Shape } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { withHalves } from "./half-cases.ts";

export interface UnaryCaseOptions<Attrs extends Attributes> {
  readonly values: CaseValues;
  readonly attrs: Attrs;
  readonly dtype?: DType;
  readonly scalars?: readonly number[];
  readonly accuracy?: Accuracy;
}

const unaryShapes: readonly (readonly [name: string, shape: Shape])[] = [
  ["matrix", [7, 13]],
  ["empty", [0, 3]],
  ["rank 0", []],
  ["rank 5", [2, 3, 1, 2, 5]],
  ["three elements", [3]],
  ["large", [65_537]],
];

const named = (dtype: DType, name: string): string => (isFloat(dtype) ? name : `${dtype}: ${name}`);

/** Cases that every function of one input shares; of floats also with non-finite values, and in f16. */
export function unaryCases<Attrs extends Attributes>({
  values,
  dtype = "f32",
  ...options
}: UnaryCaseOptions<Attrs>): OpCase<Attrs>[] {
  const regular = unaryShapes.map(
    ([name, shape]): OpCase<Attrs> => ({
      name: named(dtype, name),
      inputs: [{ shape, dtype, values }],
      ...options,
    }),
  );
  if (!isFloat(dtype)) return regular;
  const inputs: CaseInput[] = [{ shape: [43], dtype, values: "non-finite" }];
  return withHalves(
    ["matrix"],
    [...regular, { name: "non-finite", inputs, needs: "non-finite", ...options }],
  );
}

const atPoints = (name: string, points: readonly number[]): OpCase<Record<string, never>> => ({
  name,
  attrs: {},
  differentiable: false,
  inputs: [{ shape: [points.length], dtype: "f32", values: points }],
});

/** The f32 number that lies closest to a multiple of pi / 2. */
const closestToZero = 16_367_173 * 2 ** 72;

/** Cases of the sine and the cosine: their arguments may be any number of turns. */
export const circularCases: readonly OpCase<Record<string, never>>[] = [
  ...unaryCases({ attrs: {}, values: { normal: [0, 2] } }),
  {
    name: "many turns",
    attrs: {},
    inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
  },
  {
    name: "thousands of turns",
    attrs: {},
    differentiable: false,
    inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1e6, 1e6] } }],
  },
  atPoints("beside multiples of pi / 2", [355, -710, 4186.017, 32_768, 32_769.27, 133_440.71875, 1_146_408]),
  atPoints("up to the largest number", [
    1e5,
    -1e7,
    3e9,
    closestToZero,
    -closestToZero,
    1e30,
    -1e37,
    3.4028234e38,
  ]),
];

export interface BinaryCaseOptions {
  readonly values: CaseValues;
  /** Default: those of the first. */
  readonly secondValues?: CaseValues;
  readonly dtype?: DType;
  /** A number that stands on either side. Default: none is tried. */
  readonly number?: number;
  readonly accuracy?: Accuracy;
  /** Default: floats have them. */
  readonly nonFinite?: boolean;
}

const binaryShapes: readonly (readonly [name: string, first: Shape, second: Shape])[] = [
  ["matrices", [7, 13], [7, 13]],
  ["empty", [0, 3], [0, 3]],
  ["empty against a row", [0, 3], [3]],
  ["rank 0", [], []],
  ["rank 0 against a matrix", [], [5, 3]],
  ["rank 5", [2, 3, 1, 2, 5], [2, 3, 1, 2, 5]],
  ["broadcast row, second", [7, 13], [13]],
  ["broadcast column, first", [7, 1], [7, 13]],
  ["broadcast both", [7, 1], [1, 13]],
  ["broadcast channels of rank 5", [2, 3, 2, 2, 3], [3, 1, 1, 1]],
  ["broadcast inside", [3, 1, 5], [3, 4, 5]],
  ["large", [65_537], [65_537]],
  ["large, short rows", [65_537, 3], [3]],
];

/** Cases that every function of two inputs shares; of floats also in f16. */
export function binaryCases({
  values,
  secondValues = values,
  dtype = "f32",
  number,
  nonFinite = isFloat(dtype),
  accuracy,
}: BinaryCaseOptions): OpCase<Record<string, never>>[] {
  const common = accuracy === undefined ? { attrs: {} } : { attrs: {}, accuracy };
  const input = (shape: Shape, drawn: CaseValues): CaseInput => ({ shape, dtype, values: drawn });
  const cases: OpCase<Record<string, never>>[] = binaryShapes.map(([name, first, second]) => ({
    name: named(dtype, name),
    inputs: [input(first, values), input(second, secondValues)],
    ...common,
  }));
  if (number !== undefined) {
    const scalars = [number];
    cases.push(
      {
        name: named(dtype, "number first"),
        inputs: [undefined, input([7, 5], secondValues)],
        scalars,
        ...common,
      },
      { name: named(dtype, "number second"), inputs: [input([7, 5], values), undefined], scalars, ...common },
    );
  }
  if (nonFinite) {
    const inputs = [input([22, 1], "non-finite"), input([1, 22], "non-finite")];
    cases.push({ name: "non-finite", inputs, needs: "non-finite", ...common });
  }
  return isFloat(dtype) ? withHalves(["matrices"], cases) : cases;
}

/** The same few shapes for integers and truth values: the launch is the same, the arithmetic is not. */
export function integerCases(
  dtype: DType,
  values: CaseValues,
  number: number,
  secondValues: CaseValues = values,
): OpCase<Record<string, never>>[] {
  const wanted = ["matrices", "broadcast both", "number first", "number second"].map((name) =>
    named(dtype, name),
  );
  return binaryCases({ dtype, values, secondValues, number, accuracy: "exact" }).filter(({ name }) =>
    wanted.includes(name),
  );
}
