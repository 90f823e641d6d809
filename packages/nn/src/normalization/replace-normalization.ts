import { ArgumentError } from "@evenkeel/tensor";
import { callable, checkValue, describeValue } from "@evenkeel/tensor/checks";
import type { BatchNorm } from "../layers/batch-norm.ts";
import type { GroupNorm } from "../layers/group-norm.ts";
import type { InstanceNorm } from "../layers/instance-norm.ts";
import type { LayerNorm, RMSNorm } from "../layers/layer-norm.ts";
import { isModule } from "../module/member.ts";
import type { AnyModule } from "../module/module.ts";
import { replaceModules } from "../module/replace.ts";

/** A layer that normalizes; `normalizes` says by which statistics: "batch", "instance", "group", "layer" or "rms". */
export type NormalizationLayer = BatchNorm | InstanceNorm | GroupNorm | LayerNorm | RMSNorm;

const isNormalization = (module: AnyModule): module is NormalizationLayer => "normalizes" in module;

/**
 * Replaces the norms of a model, such as batch norm by group norm for training with small batches. The new layers have the mode of
 * the old ones, which are disposed; make the optimizer afterwards. `Identity` removes a norm.
 *
 * Throws ArgumentError for anything but a model whose norms are inside, a function, and modules or undefined as its results.
 *
 * @param make returns the layer that takes the place of a norm, or undefined, which keeps the norm
 * @returns the paths of the norms that were replaced
 * @example
 * replaceNormalization(model, (norm) =>
 *   norm.normalizes === "batch" ? new GroupNorm(8, norm.channels) : undefined,
 * );
 */
export function replaceNormalization(
  model: AnyModule,
  make: (norm: NormalizationLayer, path: string) => AnyModule | undefined,
): string[] {
  if (!isModule(model) || isNormalization(model)) {
    throw new ArgumentError(
      `replaceNormalization: model: found ${describeValue(model)}, expected a module that contains the norms`,
    );
  }
  checkValue("replaceNormalization: make", make, callable);
  const replacements = new Map<AnyModule, AnyModule>();
  const paths: string[] = [];
  for (const [path, norm] of model.namedModules()) {
    if (!isNormalization(norm)) continue;
    const replacement = make(norm, path);
    if (replacement === undefined || replacement === norm) continue;
    if (!isModule(replacement)) {
      throw new ArgumentError(
        `replaceNormalization: make: found ${describeValue(replacement)} for ${path}, expected a module or undefined`,
      );
    }
    replacements.set(norm, replacement.train(norm.isTraining));
    paths.push(path);
  }
  replaceModules(model, replacements);
  for (const norm of replacements.keys()) norm.dispose();
  return paths;
}
