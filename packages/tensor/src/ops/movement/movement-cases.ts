import type { CaseInput } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";

/** An input of any dtype, with values that it holds and that tell positions apart. */
export function anyInput(shape: Shape, dtype: DType = "f32"): CaseInput {
  if (dtype === "f32") return { shape, dtype, values: { normal: [0, 1] } };
  const high = { bool: 1, u8: 255, i32: 2 ** 31 - 1, u32: 2 ** 32 - 1, f16: 1 }[dtype];
  return { shape, dtype, values: { integers: [0, high] } };
}
