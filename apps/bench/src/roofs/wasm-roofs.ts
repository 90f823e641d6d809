import type { Limits } from "@evenkeel/tensor";
import { makeWasmKernel, makeWideModule } from "@evenkeel/tensor";
import type { Roof } from "../core/bench-case.ts";
import type { RoofKernel } from "./roof-kernel.ts";
import { roofKernels } from "./roofs.kernels.ts";
import { module, relaxedModule } from "./roofs.wasm.ts";
import { wideModule as wideText } from "./roofs.wide.ts";

const wideModule = makeWideModule(wideText);

const blockBytes = 128;
/** The number of blocks in a chunk: 64 KiB, which keeps both threads busy and the overhead low. */
const blocksOfChunk = 512;
/** Additions and multiplications of an item: 12 sums of 4 lanes. */
const flopsOfItem = 96;
const itemsOfChunk = 10_000;
const entries = { "roof-copy": "copy", "roof-read": "read" } as const;

/** The roofs of multiplications for the vectors that the device has. */
export const listFmaRoofs = ({ features }: Limits, flops: number): Roof[] => [
  { name: "roof-fma", flops },
  ...(features.has("wide-simd") ? [{ name: "roof-fma-256", flops } as const] : []),
];

export function makeWasmRoof(roof: Roof, limits: Limits): RoofKernel {
  // Two vectors, in which a worker stores its sums.
  const scratchBytes = 32;
  if ("flops" in roof) {
    const isWide = roof.name === "roof-fma-256";
    const narrow = limits.features.has("relaxed-simd") ? relaxedModule : module;
    const kernel = makeWasmKernel(isWide ? wideModule : narrow, "multiplyAdds", roofKernels);
    const items = Math.ceil(roof.flops / (isWide ? 2 * flopsOfItem : flopsOfItem));
    return {
      kernel,
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
