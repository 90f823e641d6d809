import type { Limits } from "@evenkeel/tensor";
import { makeWasmKernel } from "@evenkeel/tensor";
import type { Roof } from "../core/bench-case.ts";
import type { RoofKernel } from "./roof-kernel.ts";
import { roofKernels } from "./roofs.kernels.ts";
import { module, relaxedModule } from "./roofs.wasm.ts";

const blockBytes = 128;
/** The number of blocks in a chunk: 64 KiB, which keeps both threads busy and the overhead low. */
const blocksOfChunk = 512;
/** Additions and multiplications of an item: 12 sums of 4 lanes. */
const flopsOfItem = 96;
const itemsOfChunk = 10_000;
const entries = { "roof-copy": "copy", "roof-read": "read" } as const;

export function makeWasmRoof(roof: Roof, limits: Limits): RoofKernel {
  // One vector, in which a worker stores its sums.
  const scratchBytes = 16;
  if (roof.name === "roof-fma") {
    const from = limits.features.has("relaxed-simd") ? relaxedModule : module;
    const items = Math.ceil(roof.flops / flopsOfItem);
    return {
      kernel: makeWasmKernel(from, "multiplyAdds", roofKernels),
      bytes: blockBytes,
      parameters: [],
      work: { items, chunk: itemsOfChunk, scratchBytes },
    };
  }
  const items = Math.ceil(roof.bytes / blockBytes);
  return {
    kernel: makeWasmKernel(module, entries[roof.name], roofKernels),
    bytes: items * blockBytes,
    parameters: [],
    work: { items, chunk: blocksOfChunk, scratchBytes },
  };
}
