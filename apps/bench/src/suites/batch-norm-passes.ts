import { batchNormTrainingOp } from "@evenkeel/batchnorm/ops";
import type { Backend } from "@evenkeel/tensor";
import { plannerOf } from "@evenkeel/tensor";
import type { BatchNormTask } from "../core/task.ts";

type Passes = {
  readonly [pass in BatchNormTask["pass"]]: { readonly [epilogue in BatchNormTask["epilogue"]]: number };
};

/**
 * Passes over the tensor where a channel fits the cache, or the workgroup that works on it: forward reads x and the residual and
 * writes y; backward reads dy and x (with a residual y too, for its signs) and writes dx (and dResidual). On the CPU they are counted
 * for every tensor, so that time is what decides about a plan that reads more.
 */
const whole: Passes = {
  forward: { none: 2, relu: 2, "add-relu": 3 },
  "forward-backward": { none: 5, relu: 5, "add-relu": 8 },
};

/**
 * Where a GPU needs two launches each way: forward reads x again; backward reads dy and x again (with a residual the first launch
 * writes dResidual, which the second reads in the place of dy and y).
 */
const split: Passes = {
  forward: { none: 3, relu: 3, "add-relu": 4 },
  "forward-backward": { none: 8, relu: 8, "add-relu": 11 },
};

/** Passes over the tensor that have to be made: on a GPU by the plan that Evenkeel has for this shape. */
export function passesOf(
  { shape, pass, epilogue }: Omit<BatchNormTask, "kind">,
  { languages, limits }: Pick<Backend, "languages" | "limits">,
): number {
  if (!languages.includes("wgsl")) return whole[pass][epilogue];
  const perChannel = { shape: [shape[1]!], dtype: "f32" } as const;
  const { launches } = plannerOf(batchNormTrainingOp, { languages })!(
    [{ shape, dtype: "f32" }, perChannel, perChannel, undefined, perChannel, perChannel],
    { axis: 1, epsilon: 1e-5, activation: "none", residual: false },
    limits,
    [],
  );
  return (launches.length === 1 ? whole : split)[pass][epilogue];
}
