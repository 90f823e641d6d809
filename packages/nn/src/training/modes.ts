import type { AnyModule } from "../module/module.ts";

/**
 * Runs `body`, which is synchronous, with the model in training or evaluation mode, and puts every module back into its own
 * mode. A module whose mode is not that of the model was set by the user and keeps it: `norm.eval()` lasts through training.
 */
export function inMode<Result>(
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

/** The model, and every module inside. */
export const modulesOf = (model: AnyModule): AnyModule[] =>
  [...model.namedModules()].map(([, module]) => module);

/** Whether a module inside runs as in training while its model does. */
export const isTrainedIn = (module: AnyModule, model: AnyModule): boolean =>
  module.isTraining || !model.isTraining;
