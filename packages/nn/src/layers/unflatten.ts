import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  countElements,
  formatShape,
  normalizeAxis,
  reshape,
  ShapeError,
} from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue, integer, listOf } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

const someSizes: Rule = /* @__PURE__ */ listOf({
  expected: "a non-negative integer, or -1",
  accepts: (size) => Number.isSafeInteger(size) && (size as number) >= -1,
});

/**
 * Cuts one dimension into several, as a view: the inverse of `Flatten`. One size may be -1 and is then worked out.
 *
 * Shapes: [..., a * b, ...] -> [..., a, b, ...]. Throws ArgumentError for sizes that are none, ShapeError for a dimension of another
 * size.
 *
 * @example new Unflatten(1, [16, 7, 7]) // [n, 784] -> [n, 16, 7, 7]
 */
export class Unflatten extends Module {
  readonly axis: number;
  readonly sizes: readonly number[];

  constructor(axis: number, sizes: readonly number[]) {
    super();
    checkValue("Unflatten: axis", axis, integer);
    checkValue("Unflatten: sizes", sizes, someSizes);
    if (sizes.length === 0 || sizes.filter((size) => size === -1).length > 1) {
      throw new ArgumentError(
        `Unflatten: sizes: found ${formatShape(sizes)}, expected sizes, at most one of them -1`,
      );
    }
    this.axis = axis;
    this.sizes = [...sizes];
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => {
      const axis = normalizeAxis(this.axis, x.rank, "unflatten");
      return reshape(x, x.shape.toSpliced(axis, 1, ...this.fit(x.shape[axis]!)));
    });
  }

  override describe(): string {
    return `Unflatten axis ${this.axis} to ${formatShape(this.sizes)}`;
  }

  /** The sizes whose product is the dimension. */
  private fit(dimension: number): number[] {
    const known = countElements(this.sizes.filter((size) => size !== -1));
    const rest = known === 0 ? 0 : dimension / known;
    const sizes = this.sizes.map((size) => (size === -1 ? rest : size));
    if (countElements(sizes) === dimension && Number.isInteger(rest)) return sizes;
    throw new ShapeError(
      `found a dimension of ${dimension}, expected the product of ${formatShape(this.sizes)}`,
    );
  }
}
