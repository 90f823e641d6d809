import type { Activation, Tensor } from "@evenkeel/tensor";
import { Module } from "../module/module.ts";

/** What a layer can do to its result before it is stored. */
export interface Epilogue {
  readonly activation?: Activation;
}

/** A layer that takes an activation into its own launches; containers see it by this class. */
export abstract class FusingModule extends Module {
  /** The layer, followed by the activation. */
  abstract forwardWith(x: Tensor, epilogue: Epilogue): Tensor;

  forward(x: Tensor): Tensor {
    return this.forwardWith(x, {});
  }

  /** The layer behind another one, both as one operation; absent where they are none. */
  forwardAfter(_before: Module, _x: Tensor, _epilogue: Epilogue): Tensor | undefined {
    return undefined;
  }
}

/** An activation that layers in front of it can take in. */
export abstract class FusibleActivation extends Module {
  abstract readonly fusedAs: Activation;
}

/**
 * Runs modules one after the other; an activation that follows a layer which can take it in costs no pass of its own, nor does what
 * two layers do as one.
 */
export function runSequence(modules: readonly Module[], x: Tensor): Tensor {
  let y = x;
  let index = 0;
  while (index < modules.length) {
    const [module, next, last] = modules.slice(index, index + 3) as [Module, Module?, Module?];
    const joined = next instanceof FusingModule ? next.forwardAfter(module, y, epilogueOf(last)) : undefined;
    y =
      joined ??
      (module instanceof FusingModule ? module.forwardWith(y, epilogueOf(next)) : module.forward(y));
    const fusing = joined ? next : module;
    const follower = joined ? last : next;
    index +=
      (joined ? 2 : 1) + (fusing instanceof FusingModule && follower instanceof FusibleActivation ? 1 : 0);
  }
  return y;
}

/** What a module does to the result of the layer in front of it. */
const epilogueOf = (follower: Module | undefined): Epilogue =>
  follower instanceof FusibleActivation ? { activation: follower.fusedAs } : {};
