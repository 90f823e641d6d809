import type { Shape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
export function sumTo(x: Tensor, _shape: Shape): Tensor {
  return x;
}
