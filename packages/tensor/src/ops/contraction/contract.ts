import type { Tensor } from "../../core/memory/tensor.ts";
import { countElements, isSameShape } from "../../core/spec.ts";
import { isFloat } from "../../expression/dtype.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { matmul } from "../matmul/matmul.ts";
import { reshape } from "../movement/reshape.ts";
import { transpose } from "../movement/transpose.ts";
import { sum } from "../reduction/sum.ts";
import type { Labels } from "./order.ts";

/** A tensor whose axes have labels. */
export interface Labelled {
  readonly tensor: Tensor;
  readonly labels: Labels;
}

/** The same tensor with its axes in another order. */
export function permute({ tensor, labels }: Labelled, order: Labels): Tensor {
  if (
    isSameShape(
      labels.map((label) => order.indexOf(label)),
      labels.map((_, axis) => axis),
    )
  )
    return tensor;
  return transpose(
    tensor,
    order.map((label) => labels.indexOf(label)),
  );
}

/** The labels of two operands by their parts in the product. */
interface Roles {
  readonly batch: Labels;
  readonly summed: Labels;
  readonly onlyA: Labels;
  readonly onlyB: Labels;
}

/**
 * The product of two tensors, summed over the labels that both have and that are not kept: a matrix product, or an elementwise one
 * where no label, or every label, is shared.
 */
export function contract(a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const roles: Roles = {
    batch: shared.filter((label) => kept.has(label)),
    summed: shared.filter((label) => !kept.has(label)),
    onlyA: a.labels.filter((label) => !shared.includes(label)),
    onlyB: b.labels.filter((label) => !shared.includes(label)),
  };
  const isMatrixProduct =
    roles.summed.length > 0 && roles.onlyA.length + roles.onlyB.length > 0 && isFloat(a.tensor.dtype);
  return isMatrixProduct ? multiplyMatrices(a, b, roles) : multiplyElements(a, b, roles.summed);
}

const listSizes = ({ tensor, labels }: Labelled, wanted: Labels): number[] =>
  wanted.map((label) => tensor.shape[labels.indexOf(label)]!);

/** The axes have the order of the operand with more of them, so that this one is not copied. */
function multiplyElements(a: Labelled, b: Labelled, summed: Labels): Labelled {
  const [first, second] = a.labels.length < b.labels.length ? [b, a] : [a, b];
  const order = [...new Set([...first.labels, ...second.labels])];
  const [left, right] = [a, b].map((operand) => {
    const own = order.filter((label) => operand.labels.includes(label));
    const shape = order.map((label) => (own.includes(label) ? listSizes(operand, [label])[0]! : 1));
    return reshape(permute(operand, own), shape);
  }) as [Tensor, Tensor];
  const product = mul(left, right);
  if (summed.length === 0) return { tensor: product, labels: order };
  return {
    tensor: sum(product, { axis: summed.map((label) => order.indexOf(label)) }),
    labels: order.filter((label) => !summed.includes(label)),
  };
}

function multiplyMatrices(a: Labelled, b: Labelled, { batch, summed, onlyA, onlyB }: Roles): Labelled {
  const left = asMatrices(a, batch, onlyA, summed);
  const right = asMatrices(b, batch, summed, onlyB);
  const product = matmul(left.tensor, right.tensor, {
    transposeA: left.isTransposed,
    transposeB: right.isTransposed,
  });
  const shape = [...listSizes(a, [...batch, ...onlyA]), ...listSizes(b, onlyB)];
  return { tensor: reshape(product, shape), labels: [...batch, ...onlyA, ...onlyB] };
}

/** A batch of matrices, transposed if the axes are in that order, so that nothing is copied. */
function asMatrices(
  operand: Labelled,
  batch: Labels,
  rows: Labels,
  columns: Labels,
): { readonly tensor: Tensor; readonly isTransposed: boolean } {
  const turned = [...batch, ...columns, ...rows];
  const isTransposed = rows.length > 0 && columns.length > 0 && turned.join() === operand.labels.join();
  const [first, second] = isTransposed ? [columns, rows] : [rows, columns];
  const tensor = permute(operand, [...batch, ...first, ...second]);
  const sides = [first, second].map((labels) => countElements(listSizes(operand, labels)));
  const batches = batch.length === 0 ? [] : [countElements(listSizes(operand, batch))];
  return { tensor: reshape(tensor, [...batches, ...sides]), isTransposed };
}
