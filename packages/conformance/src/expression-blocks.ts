import type { Expression, ReferenceArray } from "@evenkeel/tensor";
import { broadcastStrides, computeStrides, countElements, makeBlockEvaluator } from "@evenkeel/tensor";

const blockSize = 1024;

/**
 * Evaluates an expression in float64 at every point of `shape`, to which the inputs broadcast, block by block. `visit` gets
 * the values of every node; they stand until it returns.
 */
export function forEachBlock(
  expression: Expression,
  inputs: readonly ReferenceArray[],
  shape: readonly number[],
  scalars: readonly number[],
  visit: (values: readonly Float64Array[], first: number, count: number) => void,
): void {
  const evaluate = makeBlockEvaluator(expression, blockSize);
  const readers = inputs.map((input) => broadcastReader(input, shape));
  const size = countElements(shape);
  for (let first = 0; first < size; first += blockSize) {
    const count = Math.min(blockSize, size - first);
    const points = readers.map((read) => read(first, count));
    visit(evaluate(points, scalars, first, count), first, count);
  }
}

/** Reads consecutive values of an array as if it had been broadcast to `target`. */
function broadcastReader(
  { shape, data }: ReferenceArray,
  target: readonly number[],
): (first: number, count: number) => Float64Array {
  if (data.length === countElements(target)) return (first, count) => data.subarray(first, first + count);
  const strides = broadcastStrides(shape, target);
  const outer = computeStrides(target);
  const block = new Float64Array(blockSize);
  return (first, count) => {
    const position = target.map((dimension, axis) => Math.floor(first / outer[axis]!) % dimension);
    let offset = position.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
    for (let point = 0; point < count; point++) {
      block[point] = data[offset]!;
      for (let axis = target.length - 1; axis >= 0; axis--) {
        offset += strides[axis]!;
        if (++position[axis]! < target[axis]!) break;
        offset -= target[axis]! * strides[axis]!;
        position[axis] = 0;
      }
    }
    return block;
  };
}
