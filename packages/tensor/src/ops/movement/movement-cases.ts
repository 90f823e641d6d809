import type { CaseInput } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { getDTypeProperties } from "../../expression/dtype.ts";

/** An input of any dtype, with values that it holds and that tell positions apart. */
export function anyInput(shape: Shape, dtype: DType = "f32"): CaseInput {
  const { range } = getDTypeProperties(dtype);
  return { shape, dtype, values: range === undefined ? { normal: [0, 1] } : { integers: range } };
}
