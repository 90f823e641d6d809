import type { DType, Expression, WgslKernel } from "@evenkeel/tensor";
import { floatElements, floatElementsSource } from "@evenkeel/tensor/wgsl";
import type { ReadKind } from "./layout.ts";

/** Whether an input of this kind is bound as an array of vectors. */
export const isVectorKind = (kind: ReadKind): boolean => kind === "linear" || kind === "quad";

const byteShifts = "vec4u(0u, 8u, 16u, 24u)";

const byteOf = (word: string, at: string): string => `((${word} >> (((${at}) & 3u) * 8u)) & 255u)`;

/** The bits of a word that belong to the first `rest` points, as a mask, where a point takes `bits` of them. */
const maskOf = (bits: number): string => `(1u << (rest * ${bits}u)) - 1u`;

const vectorOf: { readonly [dtype in DType]: string } = {
  f32: "vec4f",
  f16: "vec4f",
  i32: "vec4i",
  u32: "vec4u",
  bool: "vec4u",
  u8: "vec4u",
};

/** One element of an operand that begins at the word `base` of an array of words. */
function packedElement(dtype: DType, words: string, at: string, base: string): string {
  switch (dtype) {
    case "u8":
      return byteOf(`${words}[${base} + ((${at}) >> 2u)]`, at);
    case "f16":
      return `unpack2x16float(${words}[${base} + ((${at}) >> 1u)])[(${at}) & 1u]`;
    case "f32":
    case "i32":
      return `bitcast<${dtype}>(${words}[${base} + ${at}])`;
    default:
      return `${words}[${base} + ${at}]`;
  }
}

/** The elements at these places as a vector of the type that expressions compute with. */
function gathered(dtype: DType, elements: readonly string[]): string {
  const vector = `${vectorOf[dtype]}(${elements.join(", ")})`;
  return dtype === "bool" ? `${vector} != vec4u()` : vector;
}

/** The statements that store bytes: one invocation owns a word. */
const storeBytes = (array: string, place: string, value: string): string[] => [
  `let mask_${array} = select(0xffffffffu, ${maskOf(8)}, rest < 4u);`,
  `let bytes_${array} = (${value} & vec4u(255u)) << ${byteShifts};`,
  `let word_${array} = bytes_${array}.x | bytes_${array}.y | bytes_${array}.z | bytes_${array}.w;`,
  `${place} = (${place} & ~mask_${array}) | (word_${array} & mask_${array});`,
];

/** Stores the part of the last vector that is within the output. */
const storePart = (array: string, place: string): string[] => [
  `  ${place}.x = stored_${array}.x;`,
  `  if (rest > 1u) { ${place}.y = stored_${array}.y; }`,
  `  if (rest > 2u) { ${place}.z = stored_${array}.z; }`,
];

/** The same for halves, two to a word. Half of the last word may belong to other data, which is kept. */
const storeHalvesPart = (array: string, place: string): string[] => [
  `  let low_${array} = (${place} & vec2u(0xffff0000u)) | (stored_${array} & vec2u(0xffffu));`,
  `  ${place}.x = select(stored_${array}.x, low_${array}.x, rest == 1u);`,
  `  if (rest == 3u) { ${place}.y = low_${array}.y; }`,
];

/** How elements lie in the memory of a device. */
export interface Memory {
  /** What the module of an expression enables. */
  extensions(expression: Expression): WgslKernel["extensions"];
  /** The functions that loads and stores of an expression call. */
  functions(expression: Expression): string[];
  /** The element of an operand's runtime array; bytes come in words, and larger elements as vectors where all are aligned. */
  elementType(dtype: DType, isVector: boolean): string;
  /** Four neighbours: vector number `at` of the array. */
  loadVector(dtype: DType, array: string, at: string): string;
  /** One element in all four places, or the four elements at these places. */
  loadElements(dtype: DType, array: string, at: readonly string[]): string;
  /** The same of an operand that begins at the word `base` of an array of words. */
  loadPacked(dtype: DType, words: string, at: readonly string[], base: string): string;
  /** Statements that store four points; `rest` of them are within the output, and what lies behind it is kept. */
  storePoints(dtype: DType, array: string, at: string, value: string): string[];
}

export function memoryOf(features: ReadonlySet<string>): Memory {
  const half = floatElements("f16", 1, { features });
  const halves = floatElements("f16", 4, { features });
  const element = (dtype: DType, array: string, at: string): string => {
    if (dtype === "u8") return byteOf(`${array}[(${at}) >> 2u]`, at);
    return dtype === "f16" ? half.load(array, at) : `${array}[${at}]`;
  };
  return {
    extensions: ({ inputs, outputs }) =>
      inputs.includes("f16") || outputs.some(({ dtype }) => dtype === "f16") ? halves.extensions : [],
    functions: ({ outputs }) =>
      outputs.some(({ dtype }) => dtype === "f16") ? [floatElementsSource(halves).trimEnd()] : [],
    elementType: (dtype, isVector) => {
      if (dtype === "u8") return "u32";
      if (dtype === "f16") return isVector ? halves.type : half.type;
      const scalar = dtype === "bool" ? "u32" : dtype;
      return isVector ? `vec4<${scalar}>` : scalar;
    },
    loadVector: (dtype, array, at) => {
      const vector = `${array}[${at}]`;
      if (dtype === "u8") return `(vec4u(${vector}) >> ${byteShifts}) & vec4u(255u)`;
      if (dtype === "f16") return halves.load(array, at);
      return dtype === "bool" ? `${vector} != vec4u()` : vector;
    },
    loadElements: (dtype, array, at) =>
      gathered(
        dtype,
        at.map((place) => element(dtype, array, place)),
      ),
    loadPacked: (dtype, words, at, base) =>
      gathered(
        dtype,
        at.map((place) => packedElement(dtype, words, place, base)),
      ),
    storePoints: (dtype, array, at, value) => {
      const place = `${array}[${at}]`;
      if (dtype === "u8") return storeBytes(array, place, value);
      const isPacked = dtype === "f16" && !features.has("shader-f16");
      return [
        `let stored_${array} = ${storedForm(dtype, value)};`,
        `if (rest >= 4u) { ${place} = stored_${array}; } else {`,
        ...(isPacked ? storeHalvesPart(array, place) : storePart(array, place)),
        `}`,
      ];
    },
  };

  function storedForm(dtype: DType, value: string): string {
    if (dtype === "bool") return `select(vec4u(), vec4u(1u), ${value})`;
    return dtype === "f16" ? halves.stored!(value) : value;
  }
}
