import type { BenchCase } from "../core/bench-case.ts";
import type { ConvolutionTask } from "../core/task.ts";
import { listFmaRoofs } from "../roofs/wasm-roofs.ts";
import { flopsThatFillGpu } from "../roofs/wgsl-roofs.ts";
import type { Session } from "../session/session.ts";
import { makeSuite, type Suite } from "./suite.ts";

type Layer = Pick<ConvolutionTask, "image" | "filters" | "taps">;

const layers: readonly Layer[] = [
  { image: [32, 64, 56, 56], filters: 64, taps: 3 },
  { image: [32, 128, 28, 28], filters: 128, taps: 3 },
  { image: [128, 16, 32, 32], filters: 16, taps: 3 },
];
const quickLayers: readonly Layer[] = [{ image: [2, 8, 9, 7], filters: 12, taps: 3 }];

const passes = ["forward", "input-gradient", "filter-gradient"] as const;

function makeCase(
  layer: Layer,
  pass: ConvolutionTask["pass"],
  leastFlops: number,
  { own: [first] }: Session,
): BenchCase {
  const { image, filters, taps } = layer;
  const [n, c, h, w] = image;
  const flops = 2 * n * filters * c * taps * taps * h * w;
  return {
    suite: "conv",
    name: `${pass} ${image.join("x")} ${filters}x${taps}x${taps}`,
    task: { kind: "convolution", pass, ...layer },
    flops,
    roofs: listFmaRoofs(first!.backend.limits, Math.max(flops, leastFlops)),
    comparesVectors: true,
    // The error of Winograd's algorithm in a sum of a thousand products.
    tolerance: 1e-4,
  };
}

/**
 * Stride 1, with an output as large as the image. The operations are those of the direct algorithm, including the
 * borders.
 */
export const conv: Suite = makeSuite("conv", (session) => {
  const { options, gpuIsSoftware } = session;
  const isGpu = options.backend === "webgpu" && !gpuIsSoftware && !options.quick;
  return (options.quick ? quickLayers : layers).flatMap((layer) =>
    passes.map((pass) => makeCase(layer, pass, isGpu ? flopsThatFillGpu : 0, session)),
  );
});
