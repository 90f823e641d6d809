import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import { checkValue, describeValue, integer } from "@evenkeel/tensor/checks";
import { withNames } from "../module/failure.ts";
import type { Member } from "../module/member.ts";
import { Module } from "../module/module.ts";
import { findMembers } from "../module/walk.ts";
import { runSequence } from "./fusion.ts";

/**
 * Runs modules one after another. A convolution, a linear layer or a batch norm applies the ReLU or LeakyReLU that
 * follows it in its own pass. The names in saved state are the positions, fused or not. Throws ArgumentError for
 * anything but modules.
 *
 * @example new Sequential(new Conv2d(1, 8, 3), new BatchNorm2d(8), new ReLU(), new Flatten())
 */
export class Sequential extends Module {
  readonly modules: readonly Module[];

  constructor(...modules: readonly Module[]) {
    super();
    this.modules = [];
    this.append(...modules);
  }

  /** Adds modules at the end. */
  append(...modules: readonly Module[]): this {
    return this.insert(this.modules.length, ...modules);
  }

  /** Adds modules before the one at this position, which may be negative: -1 is the last one's. */
  insert(position: number, ...modules: readonly Module[]): this {
    checkValue("Sequential: position", position, integer);
    for (const [index, module] of modules.entries()) {
      if (module instanceof Module) continue;
      throw new ArgumentError(
        `Sequential: module ${index}: found ${describeValue(module)}, expected modules one by one: new Sequential(...layers)`,
      );
    }
    (this.modules as Module[]).splice(position, 0, ...modules);
    return this;
  }

  override *members(): Generator<[name: string, member: Member]> {
    const { modules, ...others } = this;
    for (const [position, module] of modules.entries()) yield [`${position}`, module];
    yield* findMembers(others);
  }

  /** The layers that run one after another, for `foldBatchNorm`. */
  sequences(): readonly (readonly Module[])[] {
    return [this.modules];
  }

  forward(x: Tensor): Tensor {
    return withNames(this, () => runSequence(this.modules, x));
  }
}
