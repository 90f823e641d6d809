import { matmul } from "@evenkeel/tensor";
import type { Call, Tensors } from "./call.ts";

export function matmulCall({ a, b }: Tensors): Call {
  return () => ({ product: matmul(a!, b!) });
}
