/** y[i] += amount */
export function addTo(begin: usize, end: usize, scratch: usize, y: usize, amount: f32): void {
  for (let i = begin; i < end; i++) {
    const p = y + (i << 2);
    store<f32>(p, load<f32>(p) + amount);
  }
}

/** y[i] = x[i] * factor + x[i - 1], as if x[-1] were 0 */
export function blend(begin: usize, end: usize, scratch: usize, x: usize, y: usize, factor: f32): void {
  for (let i = begin; i < end; i++) {
    const before = i > 0 ? load<f32>(x + ((i - 1) << 2)) : 0;
    store<f32>(y + (i << 2), load<f32>(x + (i << 2)) * factor + before);
  }
}

/** Partial sums: item i is a whole chunk of `length` elements. */
export function sumChunks(begin: usize, end: usize, scratch: usize, x: usize, y: usize, length: usize): void {
  for (let i = begin; i < end; i++) {
    let sum: f32 = 0;
    for (let k: usize = 0; k < length; k++) sum += load<f32>(x + ((i * length + k) << 2));
    store<f32>(y + (i << 2), sum);
  }
}

/** y[i] = i, by way of the scratch: wrong as soon as two workers share it. */
export function throughScratch(begin: usize, end: usize, scratch: usize, y: usize, words: usize): void {
  for (let i = begin; i < end; i++) {
    for (let k: usize = 0; k < words; k++) store<u32>(scratch + (k << 2), <u32>(i + k));
    let sum: u32 = 0;
    for (let k: usize = 0; k < words; k++) sum += load<u32>(scratch + (k << 2)) - <u32>k;
    store<f32>(y + (i << 2), <f32>(sum / <u32>words));
  }
}

/** y = the sum of a_k * 2^k: more arguments than a slot of the ring holds. */
export function manyArguments(
  begin: usize, end: usize, scratch: usize, y: usize,
  a0: f32, a1: f32, a2: f32, a3: f32, a4: f32, a5: f32, a6: f32, a7: f32, a8: f32, a9: f32, a10: f32, a11: f32,
  a12: f32, a13: f32, a14: f32, a15: f32, a16: f32, a17: f32, a18: f32, a19: f32, a20: f32, a21: f32, a22: f32, a23: f32,
): void {
  let sum: f32 = a23;
  sum = sum * 2 + a22; sum = sum * 2 + a21; sum = sum * 2 + a20; sum = sum * 2 + a19; sum = sum * 2 + a18;
  sum = sum * 2 + a17; sum = sum * 2 + a16; sum = sum * 2 + a15; sum = sum * 2 + a14; sum = sum * 2 + a13;
  sum = sum * 2 + a12; sum = sum * 2 + a11; sum = sum * 2 + a10; sum = sum * 2 + a9; sum = sum * 2 + a8;
  sum = sum * 2 + a7; sum = sum * 2 + a6; sum = sum * 2 + a5; sum = sum * 2 + a4; sum = sum * 2 + a3;
  sum = sum * 2 + a2; sum = sum * 2 + a1; sum = sum * 2 + a0;
  store<f32>(y, sum);
}

/** y[0] = how many of the pointers are 0 */
export function countAbsent(begin: usize, end: usize, scratch: usize, a: usize, b: usize, y: usize): void {
  store<f32>(y, <f32>(i32(a == 0) + i32(b == 0)));
}

export function trap(begin: usize, end: usize, scratch: usize, y: usize): void {
  unreachable();
}

/** Keeps a worker busy: y[i] = the last of `steps` pseudo-random numbers. */
export function work(begin: usize, end: usize, scratch: usize, y: usize, steps: u32): void {
  for (let i = begin; i < end; i++) {
    let state = <u32>i;
    for (let step: u32 = 0; step < steps; step++) state = state * 1664525 + 1013904223;
    store<u32>(y + (i << 2), state);
  }
}
