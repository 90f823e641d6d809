import {
  AddToArguments,
  BlendArguments,
  CountAbsentArguments,
  SumChunksArguments,
  ThroughScratchArguments,
  TrapArguments,
  WeightedSumArguments,
  WorkArguments,
} from "./kernels.kernels.as";

/** y[i] += amount */
export function addTo(begin: usize, end: usize, scratch: usize, args: AddToArguments): void {
  const { y, amount } = args;
  for (let i = begin; i < end; i++) {
    const p = y + (i << 2);
    store<f32>(p, load<f32>(p) + amount);
  }
}

/** y[i] = x[i] * factor + x[i - 1], as if x[-1] were 0 */
export function blend(begin: usize, end: usize, scratch: usize, args: BlendArguments): void {
  const { x, y, factor } = args;
  for (let i = begin; i < end; i++) {
    const before = i > 0 ? load<f32>(x + ((i - 1) << 2)) : 0;
    store<f32>(y + (i << 2), load<f32>(x + (i << 2)) * factor + before);
  }
}

/** Partial sums: item i is a whole chunk of `length` elements. */
export function sumChunks(begin: usize, end: usize, scratch: usize, args: SumChunksArguments): void {
  const { x, y, length } = args;
  for (let i = begin; i < end; i++) {
    let sum: f32 = 0;
    for (let k: usize = 0; k < length; k++) sum += load<f32>(x + ((i * length + k) << 2));
    store<f32>(y + (i << 2), sum);
  }
}

/** y[i] = i, by way of the scratch: wrong as soon as two workers share it. */
export function throughScratch(begin: usize, end: usize, scratch: usize, args: ThroughScratchArguments): void {
  const { y, words } = args;
  for (let i = begin; i < end; i++) {
    for (let k: usize = 0; k < words; k++) store<u32>(scratch + (k << 2), <u32>(i + k));
    let sum: u32 = 0;
    for (let k: usize = 0; k < words; k++) sum += load<u32>(scratch + (k << 2)) - <u32>k;
    store<f32>(y + (i << 2), <f32>(sum / <u32>words));
  }
}

/** y = the sum of a_k * (k + 1): more arguments than a slot of the ring holds. */
export function weightedSum(begin: usize, end: usize, scratch: usize, args: WeightedSumArguments): void {
  const first = changetype<usize>(args) + offsetof<WeightedSumArguments>("a0");
  let sum: f32 = 0;
  for (let k: usize = 0; k < 36; k++) sum += load<f32>(first + (k << 2)) * f32(k + 1);
  store<f32>(args.y, sum);
}

/** y[0] = how many of the pointers are 0 */
export function countAbsent(begin: usize, end: usize, scratch: usize, args: CountAbsentArguments): void {
  const { a, b, y } = args;
  store<f32>(y, <f32>(i32(a == 0) + i32(b == 0)));
}

export function trap(begin: usize, end: usize, scratch: usize, args: TrapArguments): void {
  unreachable();
}

/** Keeps a worker busy: y[i] = the last of `steps` pseudo-random numbers. */
export function work(begin: usize, end: usize, scratch: usize, args: WorkArguments): void {
  const { y, steps } = args;
  for (let i = begin; i < end; i++) {
    let state = <u32>i;
    for (let step: u32 = 0; step < steps; step++) state = state * 1664525 + 1013904223;
    store<u32>(y + (i << 2), state);
  }
}
