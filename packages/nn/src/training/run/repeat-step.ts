import type { Tensor } from "@evenkeel/tensor";
import { withoutStateChanges } from "@evenkeel/tensor";
import { withoutHooks } from "../../hooks/hooks.ts";
import type { Module } from "../../module/module.ts";
import { loadBatch } from "../batches/batch.ts";
import { findOrigin } from "../finite/find-origin.ts";
import { type NonFiniteError, NonFiniteGradientError } from "../finite/non-finite-error.ts";
import type { RecentStep } from "../finite/recent-steps.ts";
import type { TrainingStep } from "./training-step.ts";

/**
 * Repeats the step, without the update, and adds to the error where its first value that is not finite comes from. Nothing changes,
 * and no hook is called.
 */
export async function addOrigin<Inputs, Labels, Outputs>(
  error: NonFiniteError,
  model: Module<[Inputs], Outputs>,
  { compute, backend }: TrainingStep<Inputs, Labels, Outputs>,
  recent: RecentStep<Inputs, Labels> | undefined,
): Promise<void> {
  if (recent === undefined) return;
  const { batch, random } = recent;
  const repeat = (): Tensor[] => {
    for (const [source, state] of random) source.state = state;
    const { inputs, labels, examples } = loadBatch(batch, backend);
    const [loss, gradients] = compute(inputs, labels, examples);
    return [loss, ...gradients];
  };
  const origin = await findOrigin(model, () =>
    withoutTracking(model, () => withoutHooks(() => withoutStateChanges(repeat))),
  );
  const words =
    origin === undefined
      ? "it is finite when it is repeated: look at transformGradients, and at arrays that the data reuse"
      : `${origin}: ${findRemedy(error)}, or set onNonFinite`;
  error.explain(origin, words);
}

const findRemedy = (error: NonFiniteError): string =>
  error instanceof NonFiniteGradientError
    ? "look at the operation, limit gradients by maxGradientNorm where they overflow"
    : "lower the learning rate, look at this batch";

/** Norms neither read nor compute running statistics, which the step may have spoilt already. */
function withoutTracking<Result>(model: Module<never, unknown>, body: () => Result): Result {
  const tracking = [...model.namedModules()].flatMap(([, module]) => {
    const norm = module as { trackRunningStats?: boolean };
    return norm.trackRunningStats === true ? [norm] : [];
  });
  for (const norm of tracking) norm.trackRunningStats = false;
  try {
    return body();
  } finally {
    for (const norm of tracking) norm.trackRunningStats = true;
  }
}
