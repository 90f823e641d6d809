import { RoofArguments } from "./roofs.kernels.as";

// The limits of the processor: loops that contain nothing but the measured operation.

const block: usize = 128;

/** Copies blocks `begin` to `end` through vector registers. */
export function copy(begin: usize, end: usize, scratch: usize, args: RoofArguments): void {
  const { from, to } = args;
  for (let at = begin * block, last = end * block; at < last; at += block) {
    const source = from + at, target = to + at;
    const v0 = v128.load(source), v1 = v128.load(source, 16), v2 = v128.load(source, 32), v3 = v128.load(source, 48);
    const v4 = v128.load(source, 64), v5 = v128.load(source, 80), v6 = v128.load(source, 96), v7 = v128.load(source, 112);
    v128.store(target, v0);
    v128.store(target, v1, 16);
    v128.store(target, v2, 32);
    v128.store(target, v3, 48);
    v128.store(target, v4, 64);
    v128.store(target, v5, 80);
    v128.store(target, v6, 96);
    v128.store(target, v7, 112);
  }
}

/** Reads blocks `begin` to `end`; keeping their sum prevents engines from removing the reads. */
export function read(begin: usize, end: usize, scratch: usize, args: RoofArguments): void {
  const { from } = args;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (let at = from + begin * block, last = from + end * block; at < last; at += block) {
    s0 = f32x4.add(s0, v128.load(at));
    s1 = f32x4.add(s1, v128.load(at, 16));
    s2 = f32x4.add(s2, v128.load(at, 32));
    s3 = f32x4.add(s3, v128.load(at, 48));
    s4 = f32x4.add(s4, v128.load(at, 64));
    s5 = f32x4.add(s5, v128.load(at, 80));
    s6 = f32x4.add(s6, v128.load(at, 96));
    s7 = f32x4.add(s7, v128.load(at, 112));
  }
  const left = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), right = f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7));
  v128.store(scratch, f32x4.add(left, right));
}

// @ts-ignore: decorator
@inline
function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/**
 * Items of 96 additions and multiplications each, in registers; 12 sums hide the latency of any processor. With vectors of 256
 * bits, items of 192: the engine joins s0 with t0, s1 with t1, and so on.
 */
export function multiplyAdds(begin: usize, end: usize, scratch: usize, args: RoofArguments): void {
  if (VECTOR_BITS == 256) return multiplyAddPairs(begin, end, scratch, args.from);
  const { from } = args;
  const a = v128.load(from), b = v128.load(from, 16);
  let s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
  for (let item = begin; item < end; item++) {
    s0 = multiplyAdd(s0, a, b);
    s1 = multiplyAdd(s1, a, b);
    s2 = multiplyAdd(s2, a, b);
    s3 = multiplyAdd(s3, a, b);
    s4 = multiplyAdd(s4, a, b);
    s5 = multiplyAdd(s5, a, b);
    s6 = multiplyAdd(s6, a, b);
    s7 = multiplyAdd(s7, a, b);
    s8 = multiplyAdd(s8, a, b);
    s9 = multiplyAdd(s9, a, b);
    s10 = multiplyAdd(s10, a, b);
    s11 = multiplyAdd(s11, a, b);
  }
  const left = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(s4, s5));
  const right = f32x4.add(f32x4.add(f32x4.add(s6, s7), f32x4.add(s8, s9)), f32x4.add(s10, s11));
  v128.store(scratch, f32x4.add(left, right));
}

// @ts-ignore: decorator
@inline
function multiplyAddPairs(begin: usize, end: usize, scratch: usize, from: usize): void {
  const a0 = v128.load(from), a1 = v128.load(from, 16), b0 = v128.load(from, 32), b1 = v128.load(from, 48);
  let s0 = a0, s1 = a0, s2 = a0, s3 = a0, s4 = a0, s5 = a0;
  let s6 = a0, s7 = a0, s8 = a0, s9 = a0, s10 = a0, s11 = a0;
  let t0 = a1, t1 = a1, t2 = a1, t3 = a1, t4 = a1, t5 = a1;
  let t6 = a1, t7 = a1, t8 = a1, t9 = a1, t10 = a1, t11 = a1;
  for (let item = begin; item < end; item++) {
    s0 = multiplyAdd(s0, a0, b0);
    t0 = multiplyAdd(t0, a1, b1);
    s1 = multiplyAdd(s1, a0, b0);
    t1 = multiplyAdd(t1, a1, b1);
    s2 = multiplyAdd(s2, a0, b0);
    t2 = multiplyAdd(t2, a1, b1);
    s3 = multiplyAdd(s3, a0, b0);
    t3 = multiplyAdd(t3, a1, b1);
    s4 = multiplyAdd(s4, a0, b0);
    t4 = multiplyAdd(t4, a1, b1);
    s5 = multiplyAdd(s5, a0, b0);
    t5 = multiplyAdd(t5, a1, b1);
    s6 = multiplyAdd(s6, a0, b0);
    t6 = multiplyAdd(t6, a1, b1);
    s7 = multiplyAdd(s7, a0, b0);
    t7 = multiplyAdd(t7, a1, b1);
    s8 = multiplyAdd(s8, a0, b0);
    t8 = multiplyAdd(t8, a1, b1);
    s9 = multiplyAdd(s9, a0, b0);
    t9 = multiplyAdd(t9, a1, b1);
    s10 = multiplyAdd(s10, a0, b0);
    t10 = multiplyAdd(t10, a1, b1);
    s11 = multiplyAdd(s11, a0, b0);
    t11 = multiplyAdd(t11, a1, b1);
  }
  const evenLeft = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(s4, s5));
  const evenRight = f32x4.add(f32x4.add(f32x4.add(s6, s7), f32x4.add(s8, s9)), f32x4.add(s10, s11));
  const oddLeft = f32x4.add(f32x4.add(f32x4.add(t0, t1), f32x4.add(t2, t3)), f32x4.add(t4, t5));
  const oddRight = f32x4.add(f32x4.add(f32x4.add(t6, t7), f32x4.add(t8, t9)), f32x4.add(t10, t11));
  v128.store(scratch, f32x4.add(evenLeft, evenRight));
  v128.store(scratch, f32x4.add(oddLeft, oddRight), 16);
}
