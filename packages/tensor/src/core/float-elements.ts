import type { Limits } from "./backend.ts";
import { DTypeError } from "./errors.ts";

/** How WGSL code keeps floats of a dtype on a device, and computes with them in f32: see `floatElements`. */
export interface FloatElements {
  /** The element type of the runtime array. */
  readonly type: string;
  /** Whether the module says `enable f16;`. */
  readonly isNative: boolean;
  /** Whether code calls `halfWords`. */
  readonly usesHalfWords: boolean;
  /** The f32 or vec4f number `index` of the array, counted in widths. `index` is read once or twice. */
  load(array: string, index: string): string;
  /** The element that stands for a value. Absent where `store` is. */
  stored?(value: string): string;
  /**
   * The statement that stores a value as number `index`. Absent for single elements of two bytes on a device without
   * `shader-f16`: two invocations would write one word, so one has to own four neighbours.
   */
  store?(array: string, index: string, value: string): string;
}

/**
 * The bits of four halves, rounded by `pack2x16float`, which WGSL leaves open from 65,504 on: beyond 65,520 they are infinity, between
 * the two 65,504, and a NaN, known by its bits, is one.
 */
export const halfWordsSource: string = `\
fn halfWords(x: vec4f) -> vec2u {
  let bits = bitcast<vec4u>(x);
  let size = bits & vec4u(0x7fffffffu);
  let isBeyond = size >= vec4u(0x477ff000u);
  let inside = select(clamp(x, vec4f(-65504f), vec4f(65504f)), vec4f(), isBeyond);
  let limit = select(vec4u(0x7c00u), vec4u(0x7e00u), size > vec4u(0x7f800000u));
  let outside = select(vec4u(), limit | ((bits >> vec4u(16u)) & vec4u(0x8000u)), isBeyond);
  return vec2u(pack2x16float(inside.xy), pack2x16float(inside.zw)) | outside.xz | (outside.yw << vec2u(16u));
}`;

const words: FloatElements = {
  type: "f32",
  isNative: false,
  usesHalfWords: false,
  load: (array, index) => `${array}[${index}]`,
  stored: (value) => value,
  store: (array, index, value) => `${array}[${index}] = ${value};`,
};

/** The element through its bits: a conversion would leave overflow open, as `pack2x16float` does. */
const nativeHalves = (width: 1 | 4): FloatElements => {
  const stored = (value: string): string =>
    width === 1
      ? `bitcast<vec4<f16>>(halfWords(vec4f(${value}))).x`
      : `bitcast<vec4<f16>>(halfWords(${value}))`;
  return {
    type: width === 1 ? "f16" : "vec4<f16>",
    isNative: true,
    usesHalfWords: true,
    load: (array, index) => `${width === 1 ? "f32" : "vec4f"}(${array}[${index}])`,
    stored,
    store: (array, index, value) => `${array}[${index}] = ${stored(value)};`,
  };
};

const packedHalf: FloatElements = {
  type: "u32",
  isNative: false,
  usesHalfWords: false,
  load: (array, index) => `unpack2x16float(${array}[(${index}) >> 1u] >> (((${index}) & 1u) << 4u)).x`,
};

const packedHalves: FloatElements = {
  type: "vec2u",
  isNative: false,
  usesHalfWords: true,
  load: (array, index) =>
    `vec4f(unpack2x16float(${array}[${index}].x), unpack2x16float(${array}[${index}].y))`,
  stored: (value) => `halfWords(${value})`,
  store: (array, index, value) => `${array}[${index}] = halfWords(${value});`,
};

/**
 * How WGSL code declares, loads and stores the floats of a dtype on a device, one or four at a time; it computes in f32. Halves are
 * `f16` where the device has `shader-f16`, and elsewhere two to a word. The code begins with `floatElementsHead`.
 *
 * Throws DTypeError unless the dtype is f32 or f16.
 *
 * @example
 * const x = floatElements("f16", 4, limits);
 * `${floatElementsHead(x)}
 * @group(0) @binding(0) var<storage, read> x: array<${x.type}>; // ... let a = ${x.load("x", "at")};`
 */
export function floatElements(
  dtype: string,
  width: 1 | 4,
  { features }: Pick<Limits, "features">,
): FloatElements {
  if (dtype === "f32") return width === 1 ? words : { ...words, type: "vec4f" };
  if (dtype !== "f16") throw new DTypeError(`dtype: found ${dtype}, expected f32 or f16`);
  if (features.has("shader-f16")) return nativeHalves(width);
  return width === 1 ? packedHalf : packedHalves;
}

/** What a module over these elements begins with: what it enables, then the function that their `store` calls. */
export function floatElementsHead(...elements: readonly FloatElements[]): string {
  const enable = elements.some(({ isNative }) => isNative) ? "enable f16;\n" : "";
  return elements.some(({ usesHalfWords }) => usesHalfWords) ? `${enable}${halfWordsSource}\n` : enable;
}
