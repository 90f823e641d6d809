import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  cast,
  e,
  evaluateExpression,
  formatShape,
  indexType,
  mul,
  reshape,
  ShapeError,
  sum,
} from "@evenkeel/tensor";
import { shareDenominator } from "./denominators.ts";

const products = new Map<DType, Expression>();

/** Throws ShapeError unless the mask broadcasts to the shape of the losses. */
export function checkMask(operation: string, mask: Tensor, { shape }: Pick<Tensor, "shape">): void {
  const lead = shape.length - mask.rank;
  if (lead >= 0 && mask.shape.every((size, axis) => size === 1 || size === shape[lead + axis])) return;
  throw new ShapeError(
    `${operation}: mask: found ${formatShape(mask.shape)}, expected one that broadcasts to ${formatShape(shape)}`,
  );
}

/** The losses, f32, times the mask; 0 where the mask is 0, whatever the loss. */
export function applyMask(losses: Tensor, mask: Tensor): Tensor {
  const { dtype } = mask;
  let expression = products.get(dtype);
  if (expression === undefined) {
    expression = buildExpression({ inputs: ["f32", dtype] }, ([x, m]) => {
      const factor = e.cast(m!, "f32");
      return e.select(e.equal(factor, 0), 0, e.mul(x!, factor));
    });
    products.set(dtype, expression);
  }
  return evaluateExpression(expression, [losses, mask])[0]!;
}

const hidings = new Map<string, Expression>();

/**
 * The values, `hidden` where the mask is 0: a loss that does not count then has no gradient, whatever its values are. The mask
 * broadcasts to their shape.
 */
export function hideMasked(values: Tensor, mask: Tensor, hidden = 0): Tensor {
  const { dtype } = values;
  const key = `${dtype} ${mask.dtype}`;
  let expression = hidings.get(key);
  if (expression === undefined) {
    const scalar = dtype === indexType ? indexType : "f32";
    expression = buildExpression(
      { inputs: [dtype, mask.dtype], scalars: [scalar], outputs: [dtype] },
      ([x, m], [replacement]) => e.select(e.equal(e.cast(m!, "f32"), 0), replacement!, x!),
    );
    hidings.set(key, expression);
  }
  return evaluateExpression(expression, [values, mask], { scalars: [hidden] })[0]!;
}

/**
 * The vectors along an axis, of `hidden` alone where the mask is 0. Throws ShapeError unless the mask broadcasts to the shape without
 * that axis, which is that of the losses.
 */
export function hideMaskedVectors(
  operation: string,
  values: Tensor,
  mask: Tensor,
  { axis, hidden = 0 }: { readonly axis: number; readonly hidden?: number },
): Tensor {
  checkMask(operation, mask, { shape: values.shape.toSpliced(axis, 1) });
  const lead = new Array<number>(values.rank - 1 - mask.rank).fill(1);
  const shape = [...lead, ...mask.shape].toSpliced(axis, 0, 1);
  return hideMasked(values, reshape(mask, shape), hidden);
}

/** The sum of the mask over all losses, on the device. */
export function countMask(mask: Tensor, losses: Tensor): Tensor {
  const repeats = mask.size === 0 ? 0 : losses.size / mask.size;
  return shareDenominator(`mask ${mask.id} ${repeats}`, () => mul(sum(cast(mask, "f32")), repeats));
}
