import type { Activation, Tensor } from "@evenkeel/tensor";
import { leakyRelu, relu } from "@evenkeel/tensor";
import { attempt } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/** What a layer can do to its result before it is stored. */
export interface Epilogue {
  readonly activation?: Activation;
}

/**
 * A layer that takes an activation into its own launches. Containers do so where its `forward` is the one that is defined
 * here: what a subclass or a single object puts in the place of `forward` is called instead.
 */
export abstract class FusingModule extends Module {
  /** The layer, followed by the activation. */
  abstract forwardWith(x: Tensor, epilogue: Epilogue): Tensor;

  forward(x: Tensor): Tensor {
    return compute(this, x, () => this.forwardWith(x, {}));
  }

  /** Whether `forwardWith` knows the activation. */
  takes(_activation: Activation): boolean {
    return true;
  }

  /** The layer behind another one, both as one operation; absent where they are none. */
  forwardAfter(_before: Module, _x: Tensor, _epilogue: Epilogue): Tensor | undefined {
    return undefined;
  }
}

/** An activation that layers in front of it can take in, unless its `forward` is another one than here. */
export abstract class FusibleActivation extends Module {
  abstract readonly fusedAs: Exclude<Activation, "none">;

  forward(x: Tensor): Tensor {
    const { fusedAs } = this;
    return compute(this, x, () =>
      fusedAs === "relu" ? relu(x) : leakyRelu(x, { negativeSlope: fusedAs.leakyRelu }),
    );
  }
}

/** Whether the layer's `forward` stands for `forwardWith`, and for nothing else. */
export const isPlain = ({ forward }: FusingModule): boolean => forward === FusingModule.prototype.forward;

/** Whether the module may be run by `forwardWith`. */
const isFusing = (module: Module | undefined): module is FusingModule =>
  module instanceof FusingModule && isPlain(module);

/**
 * Runs modules one after the other, each by its `forward`, or by what does the same in fewer passes: an activation is taken in
 * by the layer in front of it, and two layers are one operation where they can be.
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

/** The module, and the epilogue where it can take one. */
export function runLayer(module: Module, x: Tensor, epilogue: Epilogue): Tensor {
  return isFusing(module)
    ? compute(module, x, () => module.forwardWith(x, epilogue))
    : attempt(module, () => module.forward(x));
}

/** What the layer can do of the module behind it. */
function epilogueOf(layer: Module | undefined, follower: Module | undefined): Epilogue {
  const isActivation =
    follower instanceof FusibleActivation && follower.forward === FusibleActivation.prototype.forward;
  const fuses = isActivation && isFusing(layer) && layer.takes(follower.fusedAs);
  return fuses ? { activation: follower.fusedAs } : {};
}
