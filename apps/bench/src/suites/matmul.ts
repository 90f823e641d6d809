import type { BenchCase } from "../core/bench-case.ts";
import { listFmaRoofs } from "../roofs/wasm-roofs.ts";
import { flopsThatFillGpu } from "../roofs/wgsl-roofs.ts";
import type { Session } from "../session/session.ts";
import { makeSuite, type Suite } from "./suite.ts";

type Sizes = readonly [m: number, k: number, n: number];

const shapes: readonly Sizes[] = [
  [1024, 1024, 1024],
  [512, 512, 512],
  [128, 784, 512],
  // So little work that the overhead of the launch shows.
  [64, 64, 64],
];
/** Enough work for a hardware GPU. */
const gpuShape: Sizes = [4096, 4096, 4096];
const quickShapes: readonly Sizes[] = [[17, 33, 9]];

function makeCase([m, k, n]: Sizes, leastFlops: number, { own: [first] }: Session): BenchCase {
  const flops = 2 * m * k * n;
  return {
    suite: "matmul",
    name: `${m}x${k}x${n}`,
    task: { kind: "matmul", m, k, n },
    flops,
    roofs: listFmaRoofs(first!.backend.limits, Math.max(flops, leastFlops)),
    comparesVectors: true,
    tolerance: 1e-5,
  };
}

/** The product of a [m, k] and b [k, n], named m x k x n. */
export const matmul: Suite = makeSuite("matmul", (session) => {
  const { options, gpuIsSoftware } = session;
  if (options.quick) return quickShapes.map((sizes) => makeCase(sizes, 0, session));
  const isGpu = options.backend === "webgpu" && !gpuIsSoftware;
  if (!isGpu) return shapes.map((sizes) => makeCase(sizes, 0, session));
  return [gpuShape, ...shapes].map((sizes) => makeCase(sizes, flopsThatFillGpu, session));
});
