import type { DType } from "../expression/dtype.ts";
import { floatTypes } from "../expression/dtype-kinds.ts";
import type { Limits } from "./backend.ts";
import { checkDType } from "./check-dtype.ts";
import type { WgslExtension } from "./launch.ts";

/** How WGSL code stores the floats of a dtype and computes with them in f32: see `floatElements`. */
export interface FloatElements {
  /** The element type of the runtime array. */
  readonly type: string;
  /** What a kernel over such elements enables. */
  readonly extensions: readonly WgslExtension[];
  /** Whether code calls `halfWords`. */
  readonly usesHalfWords: boolean;
  /** The f32 or vec4f at `index`, which counts in widths. The text of `index` appears once or twice. */
  load(array: string, index: string): string;
  /** The element that stands for a value. Absent where `store` is. */
  readonly stored?: ((value: string) => string) | undefined;
  /**
   * The statement that stores a value as number `index`. Absent for single elements of two bytes on a device without
   * `shader-f16`: two invocations would write one word, so one has to own four neighbours.
   */
  readonly store?: ((array: string, index: string, value: string) => string) | undefined;
}

/**
 * The bits of four f32 rounded to f16 by `pack2x16float`, whose results WGSL leaves undefined beyond 65,504: up to
 * 65,520 they are 65,504 here, from there on infinity. NaN, recognized by its bits, stays NaN.
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

/**
 * How WGSL code declares, loads and stores the floats of a dtype on a device, one or four at a time; it computes in f32. Halves are
 * `f16` where the device has `shader-f16`, and elsewhere two to a word. The code contains `floatElementsSource`.
 *
 * Throws DTypeError unless the dtype is f32 or f16.
 *
 * @example
 * const x = floatElements("f16", 4, limits);
 * const kernel = wgslKernel({
 *   entry: "twice",
 *   extensions: x.extensions,
 *   reads: { x: x.type },
 *   writes: { y: x.type },
 *   code: `${floatElementsSource(x)}
 *     @compute @workgroup_size(1) fn twice() { ${x.store!("y", "0", `2 * ${x.load("x", "0")}`)} }`,
 * });
 */
export function floatElements(
  dtype: DType,
  width: 1 | 4,
  { features }: Pick<Limits, "features">,
): FloatElements {
  checkDType("floatElements", "dtype", { shape: [], dtype }, ...floatTypes);
  const isFour = width === 4;
  const at = (array: string, index: string): string => `${array}[${index}]`;
  const elements = (
    type: string,
    extensions: FloatElements["extensions"],
    load: FloatElements["load"],
    stored?: (value: string) => string,
  ): FloatElements => ({
    type,
    extensions,
    load,
    stored,
    usesHalfWords: dtype === "f16" && stored !== undefined,
    store: stored && ((array, index, value) => `${at(array, index)} = ${stored(value)};`),
  });
  const float = isFour ? "vec4f" : "f32";
  if (dtype === "f32") return elements(float, [], at, (value) => value);
  if (features.has("shader-f16")) {
    // Converted through their bits, because WGSL leaves the overflow of a conversion undefined.
    return elements(
      isFour ? "vec4<f16>" : "f16",
      ["f16"],
      (array, index) => `${float}(${at(array, index)})`,
      (value) =>
        isFour
          ? `bitcast<vec4<f16>>(halfWords(${value}))`
          : `bitcast<vec4<f16>>(halfWords(vec4f(${value}))).x`,
    );
  }
  return isFour
    ? elements(
        "vec2u",
        [],
        (array, index) =>
          `vec4f(unpack2x16float(${at(array, index)}.x), unpack2x16float(${at(array, index)}.y))`,
        (value) => `halfWords(${value})`,
      )
    : elements(
        "u32",
        [],
        (array, index) => `unpack2x16float(${array}[(${index}) >> 1u] >> (((${index}) & 1u) << 4u)).x`,
      );
}

/** The function that `store` calls for these elements, where it calls one. */
export const floatElementsSource = ({ usesHalfWords }: FloatElements): string =>
  usesHalfWords ? `${halfWordsSource}\n` : "";
