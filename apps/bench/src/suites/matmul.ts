import type { BenchCase } from "../core/bench-case.ts";
import { type Suite, suiteOfCases } from "./suite.ts";

type Sizes = readonly [m: number, k: number, n: number];

const shapes: readonly Sizes[] = [
  [1024, 1024, 1024],
  [512, 512, 512],
  [128, 784, 512],
];
/** Enough work for a GPU of hardware. */
const gpuShape: Sizes = [4096, 4096, 4096];
const quickShapes: readonly Sizes[] = [[17, 33, 9]];

function makeCase([m, k, n]: Sizes): BenchCase {
  const flops = 2 * m * k * n;
  return {
    suite: "matmul",
    name: `${m}x${k}x${n}`,
    task: { kind: "matmul", m, k, n },
    flops,
    roofs: [{ name: "roof-fma", flops }],
    tolerance: 1e-5,
  };
}

/** a [m, k] times b [k, n], named m x k x n. */
export const matmul: Suite = suiteOfCases("matmul", ({ options, gpuIsSoftware }) => {
  if (options.quick) return quickShapes.map(makeCase);
  const isGpu = options.backend === "webgpu" && !gpuIsSoftware;
  return (isGpu ? [gpuShape, ...shapes] : shapes).map(makeCase);
});
