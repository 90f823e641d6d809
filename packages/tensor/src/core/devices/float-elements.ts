import type { DType, WgslPairs } from "../../expression/dtype.ts";
import { getDTypeProperties } from "../../expression/dtype.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import { checkDType } from "../check-dtype.ts";
import type { Limits } from "./backend.ts";
import type { WgslExtension } from "./launch.ts";

/** How WGSL code stores the floats of a dtype and computes with them in f32: see `makeFloatElements`. */
export interface FloatElements {
  /** The element type of the runtime array. */
  readonly type: string;
  /** The extensions that a kernel with such elements enables. */
  readonly extensions: readonly WgslExtension[];
  /** The function that `store` calls. */
  readonly pack?: WgslPairs["pack"] | undefined;
  /** The f32 or vec4f at `index`, which counts f32 or vec4f. The text of `index` appears once or twice. */
  load(array: string, index: string): string;
  /** The element that represents a value. Undefined if `store` is. */
  readonly stored?: ((value: string) => string) | undefined;
  /**
   * The statement that stores a value at `index`. Undefined for single elements of two bytes on a device without
   * `shader-f16`: two invocations would write the same word, so one invocation has to write four neighbours.
   */
  readonly store?: ((array: string, index: string, value: string) => string) | undefined;
}

/**
 * The bits of four f32 rounded to f16 by `pack2x16float`, whose results WGSL leaves undefined above 65,504: up to
 * 65,520 they are 65,504 here, above that infinity. NaN, recognized by its bits, stays NaN.
 */
const halfWordsSource = `\
fn halfWords(x: vec4f) -> vec2u {
  let bits = bitcast<vec4u>(x);
  let size = bits & vec4u(0x7fffffffu);
  let isBeyond = size >= vec4u(0x477ff000u);
  let inside = select(clamp(x, vec4f(-65504f), vec4f(65504f)), vec4f(), isBeyond);
  let limit = select(vec4u(0x7c00u), vec4u(0x7e00u), size > vec4u(0x7f800000u));
  let outside = select(vec4u(), limit | ((bits >> vec4u(16u)) & vec4u(0x8000u)), isBeyond);
  return vec2u(pack2x16float(inside.xy), pack2x16float(inside.zw)) | outside.xz | (outside.yw << vec2u(16u));
}`;

/** The functions that pack four floats into two words. */
export const packSources: { readonly [Name in WgslPairs["pack"]]: string } = { halfWords: halfWordsSource };

/**
 * How WGSL code declares, loads and stores the floats of a dtype on a device, one or four at a time; it computes in
 * f32. Halves are `f16` if the device has `shader-f16`, otherwise two to a word. The code must contain
 * `writeFloatElements`.
 *
 * Throws DTypeError unless the dtype is f32 or f16.
 *
 * @example
 * const x = makeFloatElements("f16", 4, limits);
 * const kernel = makeWgslKernel({
 *   entry: "twice",
 *   schema: { reads: { x: x.type }, writes: { y: x.type }, parameters: {} },
 *   extensions: x.extensions,
 *   code: `${writeFloatElements(x)}
 *     @compute @workgroup_size(1) fn twice() { ${x.store!("y", "0", `2 * ${x.load("x", "0")}`)} }`,
 * });
 */
export function makeFloatElements(
  dtype: DType,
  width: 1 | 4,
  { features }: Pick<Limits, "features">,
): FloatElements {
  checkDType("makeFloatElements", "dtype", { shape: [], dtype }, ...floatTypes);
  const { pairs } = getDTypeProperties(dtype).wgsl;
  if (pairs === undefined) {
    return makeStoring(
      { type: width === 4 ? "vec4f" : "f32", extensions: [], load: writeElement },
      (value) => value,
    );
  }
  const { native } = pairs;
  return native !== undefined && features.has(native.feature)
    ? makeNativeElements(native, pairs.pack, width)
    : makePackedElements(pairs, width);
}

const writeElement = (array: string, index: string): string => `${array}[${index}]`;

/** Elements that `stored` converts to their stored form. */
const makeStoring = (
  elements: Omit<FloatElements, "stored" | "store">,
  stored: (value: string) => string,
): FloatElements => ({
  ...elements,
  stored,
  store: (array, index, value) => `${writeElement(array, index)} = ${stored(value)};`,
});

/**
 * Elements with their own WGSL type. They are stored through their bits, because WGSL leaves the overflow of a
 * conversion undefined.
 */
function makeNativeElements(
  { type, extension }: NonNullable<WgslPairs["native"]>,
  pack: WgslPairs["pack"],
  width: 1 | 4,
): FloatElements {
  const vector = `vec4<${type}>`;
  const common = { extensions: [extension], pack };
  return width === 4
    ? makeStoring(
        { ...common, type: vector, load: (array, index) => `vec4f(${writeElement(array, index)})` },
        (value) => `bitcast<${vector}>(${pack}(${value}))`,
      )
    : makeStoring(
        { ...common, type, load: (array, index) => `f32(${writeElement(array, index)})` },
        (value) => `bitcast<${vector}>(${pack}(vec4f(${value}))).x`,
      );
}

/** Elements that are stored two to a word. */
function makePackedElements({ unpack, pack }: WgslPairs, width: 1 | 4): FloatElements {
  if (width === 1) {
    return {
      type: "u32",
      extensions: [],
      load: (array, index) => `${unpack}(${array}[(${index}) >> 1u] >> (((${index}) & 1u) << 4u)).x`,
    };
  }
  const load: FloatElements["load"] = (array, index) =>
    `vec4f(${unpack}(${writeElement(array, index)}.x), ${unpack}(${writeElement(array, index)}.y))`;
  return makeStoring({ type: "vec2u", extensions: [], pack, load }, (value) => `${pack}(${value})`);
}

/** The source of the function that `store` calls for these elements, if any. */
export const writeFloatElements = ({ pack }: FloatElements): string =>
  pack === undefined ? "" : `${packSources[pack]}\n`;
