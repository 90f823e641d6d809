import { checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { text } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { checkCommonDType } from "../elementwise/operands/binary.ts";
import { diagonal } from "../movement/diagonal.ts";
import { reshape } from "../movement/reshape.ts";
import { transpose } from "../movement/transpose.ts";
import { sum } from "../reduction/sum.ts";
import type { Labelled } from "./contract.ts";
import { contract } from "./contract.ts";
import { computeSizes, parseEquation } from "./equation.ts";
import type { Tree } from "./order.ts";
import { findOrder } from "./order.ts";

/**
 * Sums of products by Einstein's convention, like PyTorch's and NumPy's `einsum`: each letter names an axis, and axes that the result
 * does not name are summed over. A letter that one operand has twice takes its diagonal; `...` stands for axes that broadcast.
 * Several operands are multiplied in pairs, in the order of the fewest multiplications, and every pair is a matrix product where it
 * can be one.
 *
 * Shapes: as the equation says; without an arrow, the result has the axes of the ellipsis and then the letters that occur once, in
 * alphabetical order. Throws ArgumentError for a malformed equation, ShapeError for shapes that do not fit it, DTypeError unless
 * all operands are f32, all f16, all i32 or all u32.
 *
 * @example einsum("ij,kj->ik", tensor([[1, 2]]), tensor([[3, 4], [5, 6]])) // [[11, 17]]
 * @example einsum("...ii", tensor([[1, 2], [3, 4]])) // 5
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  checkValue("einsum: equation", equation, text);
  if (operands.length === 0) throw new ArgumentError("einsum: found no operands, expected at least one");
  checkTensors("einsum", ...operands);
  checkCommonDType("einsum", operands, arithmeticTypes);
  const shapes = operands.map(({ shape }) => shape);
  const { inputs, output } = parseEquation(equation, shapes);
  const sizes = computeSizes(equation, inputs, shapes);
  return scope(() => {
    const prepared = operands.map((tensor, index) => {
      const single = withoutSingleAxes({ tensor, labels: inputs[index]! }, sizes);
      const others = inputs.filter((_, other) => other !== index).flat();
      return sumOver(takeDiagonals(single), new Set([...output, ...others]));
    });
    const order = findOrder(
      prepared.map(({ labels }) => labels),
      output,
      sizes,
    );
    const { tensor, labels } = multiply(order, prepared, output, []);
    return transpose(
      tensor,
      output.map((label) => labels.indexOf(label)),
    );
  });
}

/** Without axes of one element that broadcast along their label. */
function withoutSingleAxes({ tensor, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const stays = (axis: number): boolean => tensor.shape[axis] === sizes.get(labels[axis]!);
  if (labels.every((_, axis) => stays(axis))) return { tensor, labels };
  return {
    tensor: reshape(
      tensor,
      tensor.shape.filter((_, axis) => stays(axis)),
    ),
    labels: labels.filter((_, axis) => stays(axis)),
  };
}

/** With one axis for each label: repeated ones are replaced by their diagonal. */
function takeDiagonals({ tensor, labels }: Labelled): Labelled {
  const axis2 = labels.findIndex((label, axis) => labels.indexOf(label) !== axis);
  if (axis2 < 0) return { tensor, labels };
  const label = labels[axis2]!;
  const axis1 = labels.indexOf(label);
  const others = labels.filter((_, axis) => axis !== axis1 && axis !== axis2);
  return takeDiagonals({ tensor: diagonal(tensor, { axis1, axis2 }), labels: [...others, label] });
}

/** Sums over the labels that are not kept. */
function sumOver({ tensor, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const axis = labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]));
  if (axis.length === 0) return { tensor, labels };
  return { tensor: sum(tensor, { axis }), labels: labels.filter((label) => kept.has(label)) };
}

const listLeaves = (tree: Tree): number[] => (typeof tree === "number" ? [tree] : tree.flatMap(listLeaves));

/** The product of the operands of a tree, with the labels of the result and of what it is multiplied with later. */
function multiply(
  tree: Tree,
  operands: readonly Labelled[],
  output: readonly string[],
  later: readonly string[],
): Labelled {
  if (typeof tree === "number") return operands[tree]!;
  const [a, b] = tree;
  const labelsOf = (part: Tree): string[] => listLeaves(part).flatMap((leaf) => operands[leaf]!.labels);
  const kept = new Set([...output, ...later]);
  const left = multiply(a, operands, output, [...later, ...labelsOf(b)]);
  const right = multiply(b, operands, output, [...later, ...labelsOf(a)]);
  const isSwapped = comesFirst(right, left, output);
  const product = isSwapped ? contract(right, left, kept) : contract(left, right, kept);
  return sumOver(product, kept);
}

/** Whether the first axis of the result that only one of two operands has is one of `a`. */
function comesFirst(a: Labelled, b: Labelled, output: readonly string[]): boolean {
  const first = output.find((label) => a.labels.includes(label) !== b.labels.includes(label));
  return first !== undefined && a.labels.includes(first);
}
