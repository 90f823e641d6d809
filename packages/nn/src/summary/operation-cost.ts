import type { OpCall, Spec } from "@evenkeel/tensor";
import { countElements } from "@evenkeel/tensor";
import type { SeenCall, ShapeExecutor } from "./shape-executor.ts";

type CountProducts = (call: OpCall, output: Spec) => number;

/** The multiplications of the operations that consist of sums of products, by name. */
const products: { readonly [op: string]: CountProducts } = {
  matmul: ({ inputs: [a], attrs }, output) => {
    const { transposeA } = attrs as { readonly transposeA?: boolean };
    return countElements(output.shape) * (a!.shape.at(transposeA ? -2 : -1) ?? 1);
  },
  // Each output is a sum over the window and the channels of its group: all of the weight but its output channels.
  conv2d: ({ inputs: [, weight] }, output) => countElements(output.shape) * countPerChannel(weight!.shape),
  // A transposed convolution spreads each of its inputs over as many outputs.
  conv2dInputGradient: ({ inputs: [x, weight] }) => countElements(x!.shape) * countPerChannel(weight!.shape),
};

const countPerChannel = (weight: readonly number[]): number => countElements(weight.slice(1));

/**
 * The additions and multiplications in matrix products and convolutions, two for each product; other operations count as none.
 * A composition without a rule of its own is the sum of its parts.
 */
export function countOperations({ call, outputs }: SeenCall, shapes: ShapeExecutor): number {
  const rule = products[call.op.name];
  if (rule !== undefined) return 2 * rule(call, outputs[0]!);
  let sum = 0;
  shapes.runParts(call, (part) => {
    sum += countOperations(part, shapes);
  });
  return sum;
}
