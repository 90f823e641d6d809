import type { AnyModule } from "./module.ts";

/**
 * Runs `body`, which is synchronous, with the model in training or evaluation mode, and restores the mode of every module
 * afterwards. A module whose mode differs from the model's was set by the user and keeps it: `norm.eval()` lasts through training.
 */
export function runInMode<Result>(
  [model, ...inner]: readonly AnyModule[],
  isTraining: boolean,
  body: () => Result,
): Result {
  const before = model!.isTraining;
  if (before === isTraining) return body();
  const switched = [model!, ...inner].filter((module) => module.isTraining === before);
  for (const module of switched) module.isTraining = isTraining;
  try {
    return body();
  } finally {
    for (const module of switched) module.isTraining = before;
  }
}

/** The model itself, then every module inside. */
export const listModules = (model: AnyModule): AnyModule[] =>
  [...model.namedModules()].map(([, module]) => module);

/** Whether a module runs in training mode while `fit` trains its model. */
export const isTrainedIn = (module: AnyModule, model: AnyModule): boolean =>
  module.isTraining || !model.isTraining;
