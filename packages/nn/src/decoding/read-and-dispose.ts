import type { NumericArray, Tensor } from "@evenkeel/tensor";

/** The values of tensors, which are freed. */
export async function readAndDispose(tensors: readonly Tensor[]): Promise<readonly NumericArray[]> {
  try {
    return await Promise.all(tensors.map((value) => value.data()));
  } finally {
    for (const value of tensors) value.dispose();
  }
}
