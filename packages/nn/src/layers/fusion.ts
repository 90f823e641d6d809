import type { Activation, Tensor } from "@evenkeel/tensor";
import { leakyRelu, relu } from "@evenkeel/tensor";
import { attempt } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import type { BatchNormEpilogue, Epilogue } from "./epilogue.ts";
import type { FusedPair, Fusible } from "./fused-pairs.ts";
import { isIdentity } from "./identity.ts";
import { compute } from "./layer.ts";

/**
 * A layer that can apply the activation that follows it in its own launches. Containers use this unless `forward` has been
 * overridden, in a subclass or on the object; in that case they call the overriding `forward`.
 *
 * @example
 * class Projection extends FusingModule {
 *   readonly weight = new Parameter(ones([10, 64]));
 *   forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
 *     return linear(x, this.weight.value, undefined, { activation });
 *   }
 * }
 */
export abstract class FusingModule extends Module {
  /** The layer, followed by the activation. */
  abstract forwardWith(x: Tensor, epilogue: Epilogue): Tensor;

  forward(x: Tensor): Tensor {
    return compute(this, x, () => this.forwardWith(x, {}));
  }

  /** Whether `forwardWith` can apply the activation. */
  takes(_activation: Activation): boolean {
    return true;
  }

  /**
   * The computation of `forwardWith`, which lets the layer be fused with its neighbour; undefined if it cannot be fused,
   * for example because a subclass has overridden `forwardWith`.
   */
  asFusible(): Fusible | undefined {
    return undefined;
  }

  /** The rows of the table in which this layer can be one of the two. */
  get pairs(): readonly FusedPair[] {
    return [];
  }
}

/** An activation that the preceding layer can apply, unless the `forward` of the activation has been overridden. */
export abstract class FusibleActivation extends Module {
  abstract readonly fusedAs: Exclude<Activation, "none">;

  forward(x: Tensor): Tensor {
    const { fusedAs } = this;
    return compute(this, x, () =>
      fusedAs === "relu" ? relu(x) : leakyRelu(x, { negativeSlope: fusedAs.leakyRelu }),
    );
  }
}

/** Whether `forwardWith` may replace the `forward` of the module, because that has not been overridden. */
export const isFusing = (module: Module | undefined): module is FusingModule =>
  module instanceof FusingModule && module.forward === FusingModule.prototype.forward;

/** Told of every module that runs in the launches of another one. */
type FusionObserver = (host: Module, guest: Module) => void;

let observer: FusionObserver | undefined;

/** Runs `body` and tells the observer which modules it fuses. */
export function observeFusion(observe: FusionObserver, body: () => void): void {
  const outer = observer;
  observer = observe;
  try {
    body();
  } finally {
    observer = outer;
  }
}

/**
 * Runs modules one after another. The results are those of their `forward`, in fewer passes: the layer before an activation
 * applies it, and two layers run as one operation where possible.
 */
export function runSequence(layers: readonly Module[], x: Tensor): Tensor {
  const modules = layers.some(isIdentity) ? layers.filter((layer) => !isIdentity(layer)) : layers;
  let y = x;
  let index = 0;
  while (index < modules.length) {
    const [module, next, last] = modules.slice(index, index + 3) as [Module, Module?, Module?];
    const ofPair = findEpilogue(next, last);
    const joined = next && runPair(module, next, y, ofPair);
    const epilogue = joined ? ofPair : findEpilogue(module, next);
    y = joined ?? runLayer(module, y, epilogue);
    const taken = joined ? 2 : 1;
    if (epilogue.activation) observer?.(module, modules[index + taken]!);
    index += taken + (epilogue.activation ? 1 : 0);
  }
  return y;
}

/** Runs both layers as one operation; undefined if no row of the table matches them. */
export function runPair(
  front: Module,
  behind: Module,
  x: Tensor,
  epilogue: BatchNormEpilogue,
): Tensor | undefined {
  if (!isFusing(front) || !isFusing(behind)) return undefined;
  const rows = [...behind.pairs, ...front.pairs];
  if (rows.length === 0) return undefined;
  const [first, second] = [front.asFusible(), behind.asFusible()];
  if (!first || !second) return undefined;
  const pair = rows.find((row) => row.front === first.kind && row.behind === second.kind);
  if (!pair) return undefined;
  compute(front, x, () => first.checkInput(x));
  observer?.(front, behind);
  return attempt(behind, () => pair.run(x, first, second, epilogue));
}

/** Runs the module with the epilogue, which must be empty for a module that is not fusing. */
export function runLayer(module: Module, x: Tensor, epilogue: Epilogue): Tensor {
  return isFusing(module)
    ? compute(module, x, () => module.forwardWith(x, epilogue))
    : attempt(module, () => module.forward(x));
}

/** The epilogue with which the layer can replace the module that follows it. */
function findEpilogue(layer: Module | undefined, follower: Module | undefined): Epilogue {
  const isActivation =
    follower instanceof FusibleActivation && follower.forward === FusibleActivation.prototype.forward;
  const fuses = isActivation && isFusing(layer) && layer.takes(follower.fusedAs);
  return fuses ? { activation: follower.fusedAs } : {};
}
