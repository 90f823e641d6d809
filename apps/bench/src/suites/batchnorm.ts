import type { Backend } from "@evenkeel/tensor";
import type { BenchCase } from "../core/bench-case.ts";
import type { BatchNormTask } from "../core/task.ts";
import { listPasses } from "./batch-norm-passes.ts";
import { countElements, makeSuite, type Suite } from "./suite.ts";

const largeShapes = [
  [32, 64, 56, 56],
  [128, 32, 28, 28],
];
const smallShapes = [
  [128, 16, 32, 32],
  [128, 512],
];
/** For a hardware GPU: 205 and 134 MB. */
const gpuShapes = [
  [64, 256, 56, 56],
  [65_536, 512],
];
const quickShapes = [
  [4, 8, 7, 7],
  [16, 12],
];

const epilogues = ["none", "relu", "add-relu"] as const;
const names = { none: "", relu: " with relu", "add-relu": " with add + relu" } as const;

/**
 * The tolerance, relative to the norm of each result. A mean summed sequentially in f32, as two peers do, moves
 * dScale by 4.6e-4 (measured by computing it that way and everything else in float64; Evenkeel's dScale is within
 * 1e-6). If two systems round a sum to different sides of zero, the ReLU of only one of them passes its whole
 * gradient: a few values in millions.
 */
const chooseTolerance = (pass: BatchNormTask["pass"], epilogue: BatchNormTask["epilogue"]): number =>
  epilogue !== "none" ? 5e-3 : pass === "forward" ? 1e-4 : 1e-3;

function makeCase(
  backend: Backend,
  shape: readonly number[],
  pass: BatchNormTask["pass"],
  epilogue: BatchNormTask["epilogue"],
): BenchCase {
  const bytes = 4 * countElements(shape);
  const copy = { name: "roof-copy", bytes } as const;
  return {
    suite: "batchnorm",
    name: `${pass} ${shape.join("x")}${names[epilogue]}`,
    task: { kind: "batch-norm", shape, pass, epilogue },
    bytes: listPasses({ shape, pass, epilogue }, backend) * bytes,
    roofs: backend.name === "cpu" ? [copy, { name: "roof-read", bytes }] : [copy],
    tolerance: chooseTolerance(pass, epilogue),
    ...(epilogue !== "none" && {
      beside: {
        name: "evenkeel-plain",
        task: { kind: "batch-norm", shape, pass, epilogue: "none" },
        isEquivalent: false,
      },
    }),
  };
}

/** The complete fused op: statistics, running statistics, and the gradients of x, scale, shift and residual. */
export const batchnorm: Suite = makeSuite("batchnorm", ({ options, own, gpuIsSoftware }) => {
  const { backend } = own[0]!;
  const plain = (shape: readonly number[]): BenchCase[] => [
    makeCase(backend, shape, "forward", "none"),
    makeCase(backend, shape, "forward-backward", "none"),
  ];
  const fused = (shape: readonly number[]): BenchCase[] =>
    epilogues.slice(1).map((epilogue) => makeCase(backend, shape, "forward-backward", epilogue));
  if (options.quick) return quickShapes.flatMap((shape) => [...plain(shape), ...fused(shape)]);
  const isGpu = options.backend === "webgpu" && !gpuIsSoftware;
  return [
    ...(isGpu ? gpuShapes.flatMap(plain) : []),
    ...largeShapes.flatMap((shape) => [...plain(shape), ...fused(shape)]),
    ...smallShapes.flatMap(plain),
  ];
});
