import type { DType, Expression, NumericArray, Storage } from "@evenkeel/tensor";
import { countElements, encodeArguments, getDTypeProperties, makeEvaluator, viewAs } from "@evenkeel/tensor";
import { assembleExpression } from "./assemble.ts";

/** An expression launch with data in place of buffers, for the tests of this folder. */
export interface Problem {
  readonly expression: Expression;
  readonly shape: readonly number[];
  /** Strides in elements; the last one is 0 or 1. */
  readonly reads: readonly { readonly data: readonly number[]; readonly strides: readonly number[] }[];
  readonly scalars?: readonly number[];
}

const memory = new WebAssembly.Memory({ initial: 512, maximum: 65_536, shared: true });
const scratch = 16;
/** Where arguments lie: behind what tests put into the first page of a memory. */
const argsAddress = 32 * 1024;
const firstBuffer = 64 * 1024;
const untouched = 0xa5;

export const getStorage = (dtype: DType): Storage => getDTypeProperties(dtype).storage.wasm!;

const countPaddedBytes = (data: NumericArray): number => Math.ceil((data.byteLength + 32) / 16) * 16;

/** The exported function of an assembled expression, with its arguments as words. */
export function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  over: WebAssembly.Memory = memory,
): (begin: number, end: number, args: readonly number[]) => void {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: over } });
  const run = instance.exports.run as (...parameters: number[]) => void;
  return (begin, end, args) => {
    new Int32Array(over.buffer, argsAddress, args.length).set(args);
    run(begin, end, scratch, argsAddress);
  };
}

/** Items of a problem: elements when its rank is 1, else rows. */
export const countItems = ({ shape }: Problem): number =>
  shape.length === 1 ? shape[0]! : countElements(shape.slice(0, -1));

/**
 * Assembles and runs a problem, its items cut at the given places; returns the stored outputs.
 *
 * @throws Error if a byte beside an output was written
 */
export function runAssembled(problem: Problem, cuts: readonly number[] = []): NumericArray[] {
  const { expression, shape, reads, scalars = [] } = problem;
  let next = firstBuffer;
  const place = (storage: Storage, length: number): { pointer: number; array: NumericArray } => {
    const array = viewAs(storage, memory.buffer, next, length);
    const pointer = next;
    new Uint8Array(memory.buffer, pointer, countPaddedBytes(array)).fill(untouched);
    next += countPaddedBytes(array);
    return { pointer, array };
  };
  const inputs = reads.map(({ data }, input) => {
    const placed = place(getStorage(expression.inputs[input]!), data.length);
    placed.array.set(data);
    return placed;
  });
  const outputs = expression.outputs.map(({ dtype }) => place(getStorage(dtype), countElements(shape)));
  const innermost = reads.map(({ strides }) => strides.at(-1) as 0 | 1);
  const run = instantiate(assembleExpression(expression, { rank: shape.length, innermost }));
  const pointers = [...inputs, ...outputs].map(({ pointer }) => pointer);
  const geometry = shape.length === 1 ? [] : [...shape, ...reads.flatMap(({ strides }) => strides)];
  const args = encodeArguments([...pointers, ...geometry], expression.scalars, scalars);
  const bounds = [0, ...cuts, countItems(problem)];
  for (let chunk = 1; chunk < bounds.length; chunk++) {
    run(bounds[chunk - 1]!, bounds[chunk]!, args);
  }
  return outputs.map(({ array, pointer }) => {
    const end = pointer + array.byteLength;
    const after = new Uint8Array(memory.buffer, end, countPaddedBytes(array) - array.byteLength);
    if (!after.every((byte) => byte === untouched)) throw new Error("wrote behind the end of an output");
    return array.slice();
  });
}

/** What the problem's outputs should hold: the float64 meaning at every point, rounded to storage. */
export function computeExpected({ expression, shape, reads, scalars = [] }: Problem): NumericArray[] {
  const evaluate = makeEvaluator(expression);
  const size = countElements(shape);
  const outputs = expression.outputs.map(({ dtype }) =>
    viewAs(getStorage(dtype), new ArrayBuffer(size * 4), 0, size),
  );
  const stored = reads.map(({ data }, input) => {
    const array = viewAs(
      getStorage(expression.inputs[input]!),
      new ArrayBuffer(data.length * 4),
      0,
      data.length,
    );
    array.set(data);
    return array;
  });
  for (let index = 0; index < size; index++) {
    const offsets = reads.map(({ strides }) => computeOffset(index, shape, strides));
    const values = evaluate(
      stored.map((array, input) => array[offsets[input]!]!),
      scalars.map((value, scalar) => (expression.scalars[scalar] === "f32" ? Math.fround(value) : value)),
      index,
    );
    outputs.forEach((output, position) => {
      output[index] = values[position]!;
    });
  }
  return outputs;
}

function computeOffset(index: number, shape: readonly number[], strides: readonly number[]): number {
  let rest = index;
  let offset = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    offset += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return offset;
}

/** A launch of rank 1 over whole arrays. */
export function makeProblem(
  expression: Expression,
  data: readonly (readonly number[])[],
  scalars: readonly number[] = [],
): Problem {
  const length = data[0]?.length ?? 1;
  return { expression, shape: [length], reads: data.map((one) => ({ data: one, strides: [1] })), scalars };
}

/** Every pair of two lists, as two lists. */
export function makePairs(a: readonly number[], b: readonly number[] = a): [number[], number[]] {
  return [a.flatMap((x) => b.map(() => x)), a.flatMap(() => b)];
}

/** A sequence in [0, 1) that is the same in every run. */
export function makeUniforms(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
