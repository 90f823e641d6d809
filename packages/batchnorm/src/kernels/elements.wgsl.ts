import type { DType, Limits } from "@evenkeel/tensor";
import type { Unit } from "./tiling.ts";

/** How WGSL declares, loads and stores units of a tensor, one element or four, that compute in f32. */
export interface Elements {
  /** What stands before everything else in a module. */
  readonly enable: string;
  /** The element type of the array. */
  readonly type: string;
  /** `index` may be named twice. */
  load(name: string, index: string): string;
  /** Absent where units share a word, which no two invocations may write. */
  readonly store?: (name: string, index: string, value: string) => string;
}

/** Units of one element or of four. */
export type Width = 1 | 4;

export const widthOf = (unit: Unit): Width => (unit === "single" ? 1 : 4);

/** Storage of a float dtype on a device: halves are of the language where it has them, else packed into words. */
export function elementsOf(dtype: DType, width: Width, limits: Limits): Elements {
  if (dtype !== "f16") return inFull(width);
  return limits.features.has("shader-f16") ? inHalves(width) : packed(width);
}

const inFull = (width: Width): Elements => ({
  enable: "",
  type: width === 4 ? "vec4f" : "f32",
  load: (name, index) => `${name}[${index}]`,
  store: (name, index, value) => `${name}[${index}]=${value};`,
});

const inHalves = (width: Width): Elements => {
  const [type, wide] = width === 4 ? ["vec4<f16>", "vec4f"] : ["f16", "f32"];
  return {
    enable: "enable f16;\n",
    type,
    load: (name, index) => `${wide}(${name}[${index}])`,
    store: (name, index, value) => `${name}[${index}]=${type}(${value});`,
  };
};

const packed = (width: Width): Elements =>
  width === 1
    ? {
        enable: "",
        type: "u32",
        load: (name, index) => `unpack2x16float(${name}[${index}/2u])[${index}%2u]`,
      }
    : {
        enable: "",
        type: "vec2u",
        load: (name, index) =>
          `vec4f(unpack2x16float(${name}[${index}].x),unpack2x16float(${name}[${index}].y))`,
        store: (name, index, value) =>
          `{let v=${value};${name}[${index}]=vec2u(pack2x16float(v.xy),pack2x16float(v.zw));}`,
      };
