import type { Activation, Tensor } from "@evenkeel/tensor";
import { leakyRelu, relu } from "@evenkeel/tensor";
import { attempt } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/** Operations on the result of a layer that are done before it is stored. */
export interface Epilogue {
  readonly activation?: Activation;
}

/**
 * A layer that can apply the activation behind it in its own launches. Containers make use of this unless `forward` has been
 * overridden, in a subclass or on the object: then they call that `forward`.
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

  /** Runs `before` and this layer as one operation; undefined where that is not possible. */
  forwardAfter(_before: Module, _x: Tensor, _epilogue: Epilogue): Tensor | undefined {
    return undefined;
  }
}

/** An activation that the layer in front of it can apply, unless its `forward` has been overridden. */
export abstract class FusibleActivation extends Module {
  abstract readonly fusedAs: Exclude<Activation, "none">;

  forward(x: Tensor): Tensor {
    const { fusedAs } = this;
    return compute(this, x, () =>
      fusedAs === "relu" ? relu(x) : leakyRelu(x, { negativeSlope: fusedAs.leakyRelu }),
    );
  }
}

/** Whether the layer's `forward` has not been overridden, so that `forwardWith` may be called instead. */
export const isPlain = ({ forward }: FusingModule): boolean => forward === FusingModule.prototype.forward;

/** Whether `forwardWith` may be called instead of the `forward` of the module. */
const isFusing = (module: Module | undefined): module is FusingModule =>
  module instanceof FusingModule && isPlain(module);

/**
 * Runs modules one after the other, with the results of their `forward` in fewer passes: the layer in front of an activation
 * applies it, and two layers run as one operation where they can.
 */
export function runSequence(modules: readonly Module[], x: Tensor): Tensor {
  let y = x;
  let index = 0;
  while (index < modules.length) {
    const [module, next, last] = modules.slice(index, index + 3) as [Module, Module?, Module?];
    const ofPair = epilogueOf(next, last);
    const joined = isFusing(next) ? next.forwardAfter(module, y, ofPair) : undefined;
    const epilogue = joined ? ofPair : epilogueOf(module, next);
    y = joined ?? runLayer(module, y, epilogue);
    index += (joined ? 2 : 1) + (epilogue.activation ? 1 : 0);
  }
  return y;
}

/** Runs the module; a fusing one with the epilogue, which must be empty for others. */
export function runLayer(module: Module, x: Tensor, epilogue: Epilogue): Tensor {
  return isFusing(module)
    ? compute(module, x, () => module.forwardWith(x, epilogue))
    : attempt(module, () => module.forward(x));
}

/** The epilogue by which the layer can replace the module behind it. */
function epilogueOf(layer: Module | undefined, follower: Module | undefined): Epilogue {
  const isActivation =
    follower instanceof FusibleActivation && follower.forward === FusibleActivation.prototype.forward;
  const fuses = isActivation && isFusing(layer) && layer.takes(follower.fusedAs);
  return fuses ? { activation: follower.fusedAs } : {};
}
