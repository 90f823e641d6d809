import type { BenchCase } from "../core/bench-case.ts";
import type { BatchNormTask } from "../core/task.ts";
import { type Suite, sizeOf, suiteOfCases } from "./suite.ts";

const largeShapes = [
  [32, 64, 56, 56],
  [128, 32, 28, 28],
];
const smallShapes = [
  [128, 16, 32, 32],
  [128, 512],
];
const quickShapes = [
  [4, 8, 7, 7],
  [16, 12],
];

/** Passes over the tensor where a channel fits the cache: see `docs/performance.md`. */
const passes = {
  forward: { none: 2, relu: 2, "add-relu": 3 },
  "forward-backward": { none: 5, relu: 5, "add-relu": 8 },
} as const;

const epilogues = ["none", "relu", "add-relu"] as const;
const names = { none: "", relu: " with relu", "add-relu": " with add + relu" } as const;

function makeCase(
  backend: string,
  shape: readonly number[],
  pass: BatchNormTask["pass"],
  epilogue: BatchNormTask["epilogue"],
): BenchCase {
  const bytes = 4 * sizeOf(shape);
  const copy = { name: "roof-copy", bytes } as const;
  return {
    suite: "batchnorm",
    name: `${pass} ${shape.join("x")}${names[epilogue]}`,
    task: { kind: "batch-norm", shape, pass, epilogue },
    bytes: passes[pass][epilogue] * bytes,
    roofs: backend === "cpu" ? [copy, { name: "roof-read", bytes }] : [copy],
    // A sum that two systems round to different sides of zero passes its whole gradient in one of them: a few values in millions.
    tolerance: epilogue === "none" ? 1e-4 : 5e-3,
    ...(epilogue !== "none" && { plain: { kind: "batch-norm", shape, pass, epilogue: "none" } }),
  };
}

/** The fused op with all of its work: statistics, running statistics, and the gradients of x, scale, shift and residual. */
export const batchnorm: Suite = suiteOfCases("batchnorm", ({ options }) => {
  const plain = (shape: readonly number[]): BenchCase[] => [
    makeCase(options.backend, shape, "forward", "none"),
    makeCase(options.backend, shape, "forward-backward", "none"),
  ];
  const fused = (shape: readonly number[]): BenchCase[] =>
    epilogues.slice(1).map((epilogue) => makeCase(options.backend, shape, "forward-backward", epilogue));
  if (options.quick) return quickShapes.flatMap((shape) => [...plain(shape), ...fused(shape)]);
  return [
    ...largeShapes.flatMap((shape) => [...plain(shape), ...fused(shape)]),
    ...smallShapes.flatMap(plain),
  ];
});
