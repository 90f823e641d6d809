import { matmul } from "@evenkeel/tensor";
import type { Call, Tensors } from "./call.ts";

export function makeMatmulCall({ a, b }: Tensors): Call {
  return () => ({ product: matmul(a!, b!) });
}
