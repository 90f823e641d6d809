import { batchNormTrainingOp } from "@evenkeel/batchnorm/ops";
import type { Backend } from "@evenkeel/tensor";
import { findPlanner } from "@evenkeel/tensor";
import type { BatchNormTask } from "../core/task.ts";

type Passes = {
  readonly [pass in BatchNormTask["pass"]]: { readonly [epilogue in BatchNormTask["epilogue"]]: number };
};

/**
 * Passes over the tensor if a channel fits in the cache, or in the workgroup that processes it. Forward reads x and
 * the residual and writes y; backward reads dy and x (with a residual also y, for its signs) and writes dx (and
 * dResidual). On the CPU these numbers are used for every tensor, so a plan that reads more is judged by its time
 * alone.
 */
const whole: Passes = {
  forward: { none: 2, relu: 2, "add-relu": 3 },
  "forward-backward": { none: 5, relu: 5, "add-relu": 8 },
};

/**
 * Passes over the tensor if a GPU needs two launches in each direction: forward reads x again; backward reads dy and
 * x again (with a residual the first launch writes dResidual, which the second reads instead of dy and y).
 */
const split: Passes = {
  forward: { none: 3, relu: 3, "add-relu": 4 },
  "forward-backward": { none: 8, relu: 8, "add-relu": 11 },
};

/** The minimum number of passes over the tensor: on a GPU for the plan that Evenkeel has for this shape. */
export function listPasses(
  { shape, pass, epilogue }: Omit<BatchNormTask, "kind">,
  { languages, limits }: Pick<Backend, "languages" | "limits">,
): number {
  if (!languages.includes("wgsl")) return whole[pass][epilogue];
  const perChannel = { shape: [shape[1]!], dtype: "f32" } as const;
  const { launches } = findPlanner(batchNormTrainingOp, { languages })!(
    [{ shape, dtype: "f32" }, perChannel, perChannel, undefined, perChannel, perChannel],
    { axis: 1, epsilon: 1e-5, activation: "none", residual: false },
    limits,
    [],
  );
  return (launches.length === 1 ? whole : split)[pass][epilogue];
}
