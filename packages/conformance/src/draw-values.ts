import type { CaseInput, CaseValues, DType } from "@evenkeel/tensor";
import { sizeOf } from "@evenkeel/tensor";

/** Uniform numbers in [0, 1) that depend on the name alone: FNV-1a seeds a splitmix32 sequence. */
export function sequenceOf(name: string): () => number {
  let state = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    state = Math.imul(state ^ name.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A sum of six uniforms, scaled to variance 1: nearly normal, within 4.3, and the same bits in every engine. */
function normalFrom(next: () => number): number {
  let sum = -3;
  for (let draw = 0; draw < 6; draw++) sum += next();
  return sum * Math.SQRT2;
}

const nonFinite = [NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40];

/** Fisher-Yates. */
function shuffled(size: number, next: () => number): number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  for (let index = size - 1; index > 0; index--) {
    const other = Math.floor(next() * (index + 1));
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  return order;
}

function draw(values: CaseValues, size: number, next: () => number): Float64Array {
  const result = new Float64Array(size);
  const fill = (value: (index: number) => number): Float64Array => result.map((_, index) => value(index));
  if (values === "distinct") {
    // Neighbours in value are at least 1/64 apart, whole multiples of it: exact in f32 below 2^24 values.
    const order = shuffled(size, next);
    const gap = size <= 64 ? 1 / 8 : 1 / 64;
    return fill((index) => (order[index]! - (size - 1) / 2) * gap);
  }
  if (values === "non-finite") {
    return fill((index) =>
      index % 3 === 1 ? nonFinite[Math.floor(index / 3) % nonFinite.length]! : normalFrom(next),
    );
  }
  if ("normal" in values) {
    const [mean, deviation] = values.normal;
    return fill(() => mean + deviation * normalFrom(next));
  }
  if ("uniform" in values) {
    const [low, high] = values.uniform;
    return fill(() => low + (high - low) * next());
  }
  if ("integers" in values) {
    const [low, high] = values.integers;
    return fill(() => low + Math.floor(next() * (high - low + 1)));
  }
  return fill((index) => values[index % values.length]!);
}

/** What the dtype can hold; floats are rounded to f32, so that the reference and the device start from the same values. */
function roundTo(dtype: DType, x: number): number {
  switch (dtype) {
    case "f32":
    case "f16":
      return Math.fround(x);
    case "i32":
      return x | 0;
    case "u32":
      return x >>> 0;
    case "u8":
      return x & 255;
    case "bool":
      return Number(x !== 0);
  }
}

/** The values of a case's input, the same every time for the same name. A shorter list of numbers repeats. */
export function drawValues(input: CaseInput, name: string): Float64Array {
  const values = draw(input.values, sizeOf(input.shape), sequenceOf(name));
  return values.map((x) => roundTo(input.dtype, x));
}
