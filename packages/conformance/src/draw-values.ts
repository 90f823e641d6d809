import type { CaseInput, CaseValues } from "@evenkeel/tensor";
import { countElements, makeRounding } from "@evenkeel/tensor";

/** Returns 32 random bits at a time, as an unsigned number. */
type Bits = () => number;

/** Random bits that depend only on the name: FNV-1a seeds a splitmix32 sequence. */
function makeBits(name: string): Bits {
  let state = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    state = Math.imul(state ^ name.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** Uniform numbers in [0, 1) that depend only on the name. */
export function makeSequence(name: string): () => number {
  const bits = makeBits(name);
  return () => drawBelow(1, bits);
}

/** A number less than `limit`. */
const drawBelow = (limit: number, bits: Bits): number => limit * (bits() / 2 ** 32);

/** The factor that scales the sum of four 16-bit uniforms to variance 1. */
const toNormal = Math.sqrt(3) / 2 ** 16;

/**
 * A sum of four uniform numbers: approximately normal, within 3.5 standard deviations, and bitwise identical in every
 * engine.
 */
function drawNormal(bits: Bits): number {
  const [a, b] = [bits(), bits()];
  return ((a & 65535) + (a >>> 16) + (b & 65535) + (b >>> 16) - 2 ** 17) * toNormal;
}

const nonFinite = [NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40];

/** Fisher-Yates shuffle. */
function drawOrder(size: number, bits: Bits): number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  for (let index = size - 1; index > 0; index--) {
    const other = Math.floor(drawBelow(index + 1, bits));
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  return order;
}

/** Assigns the values to the indices in turn. */
function makeDrawing(values: CaseValues, size: number, bits: Bits): (index: number) => number {
  if (values === "distinct") {
    // Distinct values differ by multiples of 1/64, so they are exact in f32 for fewer than 2^24 values.
    const order = drawOrder(size, bits);
    const gap = size <= 64 ? 1 / 8 : 1 / 64;
    return (index) => (order[index]! - (size - 1) / 2) * gap;
  }
  if (values === "non-finite") {
    return (index) =>
      index % 3 === 1 ? nonFinite[Math.floor(index / 3) % nonFinite.length]! : drawNormal(bits);
  }
  if ("normal" in values) {
    const [mean, deviation] = values.normal;
    return () => mean + deviation * drawNormal(bits);
  }
  if ("uniform" in values) {
    const [low, high] = values.uniform;
    return () => low + drawBelow(high - low, bits);
  }
  if ("integers" in values) {
    const [low, high] = values.integers;
    return () => low + Math.floor(drawBelow(high - low + 1, bits));
  }
  return (index) => values[index % values.length]!;
}

/** The values of a case's input, which depend only on the name. A shorter list of numbers is repeated. */
export function drawValues({ shape, dtype, values }: CaseInput, name: string): Float64Array {
  const result = new Float64Array(countElements(shape));
  const draw = makeDrawing(values, result.length, makeBits(name));
  // Floats are rounded, so that the reference and the device start from the same values.
  const round = makeRounding(dtype);
  for (let index = 0; index < result.length; index++) result[index] = round(draw(index));
  return result;
}
