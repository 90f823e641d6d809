import { BackendError } from "@evenkeel/tensor";
import type { CompileWide, Vectors } from "./vectors-option.ts";

/** Platforms other than Node have vectors of 128 bits. Throws BackendError where wider ones are requested. */
export async function chooseVectors(vectors: Vectors): Promise<CompileWide | undefined> {
  if (vectors === 256) throw new BackendError("cpu: vectors: found 256, expected 128 outside Node");
  return undefined;
}
