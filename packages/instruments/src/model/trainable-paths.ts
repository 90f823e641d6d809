import { listTrainableParameters } from "@evenkeel/autodiff";
import type { AnyModule, Parameter } from "@evenkeel/nn";

/** The first path of each trainable parameter, in the order of `listTrainableParameters(model)`. */
export function listTrainablePaths(model: AnyModule): string[] {
  const paths = new Map<Parameter, string>();
  for (const [path, parameter] of model.namedParameters()) {
    if (!paths.has(parameter)) paths.set(parameter, path);
  }
  return listTrainableParameters(model).map((parameter) => paths.get(parameter)!);
}
