import type { Tensor } from "@evenkeel/tensor";
import { Module } from "../module/module.ts";

/** Returns its input. It keeps the place of a layer that was removed; a sequence runs as if it were not there. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** Whether the module is one that a sequence can leave out. */
export const isIdentity = (module: Module | undefined): boolean =>
  module instanceof Identity && module.forward === Identity.prototype.forward;
