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
}

/** An activation that layers in front of it can take in. */
export abstract class FusibleActivation extends Module {
  abstract readonly fusedAs: Activation;
}

/** Runs modules one after the other; an activation that follows a layer which can take it in costs no pass of its own. */
export function runSequence(modules: readonly Module[], x: Tensor): Tensor {
  let y = x;
  for (let index = 0; index < modules.length; index++) {
    const module = modules[index]!;
    const next = modules[index + 1];
    if (module instanceof FusingModule && next instanceof FusibleActivation) {
      y = module.forwardWith(y, { activation: next.fusedAs });
      index++;
    } else {
      y = module.forward(y);
    }
  }
  return y;
}
