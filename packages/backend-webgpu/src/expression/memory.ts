import type { DType } from "@evenkeel/tensor";
import type { ReadKind } from "./layout.ts";

/** The element of an operand's runtime array; bytes come in words, and 32-bit elements as vectors where all are aligned. */
export function elementType(dtype: DType, isVector: boolean): string {
  if (dtype === "u8") return "u32";
  const scalar = dtype === "bool" ? "u32" : dtype;
  return isVector ? `vec4<${scalar}>` : scalar;
}

/** Whether an input of this kind is bound as an array of vectors. */
export const isVectorKind = (kind: ReadKind): boolean => kind === "linear" || kind === "quad";

const byteShifts = "vec4u(0u, 8u, 16u, 24u)";

/** The stored form of four points, as a vector, that `value` holds, turned into what expressions compute with. */
function decoded(dtype: DType, value: string): string {
  if (dtype === "bool") return `${value} != vec4u()`;
  return dtype === "f16" ? `vec4f(${value})` : value;
}

/** Four neighbours: vector number `at` of the array. */
export function loadVector(dtype: DType, array: string, at: string): string {
  if (dtype === "u8") return `(vec4u(${array}[${at}]) >> ${byteShifts}) & vec4u(255u)`;
  return decoded(dtype, `${array}[${at}]`);
}

/** One element of an array of its own. */
const element = (dtype: DType, array: string, at: string): string =>
  dtype === "u8" ? byteOf(`${array}[(${at}) >> 2u]`, at) : `${array}[${at}]`;

const byteOf = (word: string, at: string): string => `((${word} >> (((${at}) & 3u) * 8u)) & 255u)`;

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

const vectorOf: { readonly [dtype in DType]: string } = {
  f32: "vec4f",
  f16: "vec4<f16>",
  i32: "vec4i",
  u32: "vec4u",
  bool: "vec4u",
  u8: "vec4u",
};

/** One element in all four places, or the four elements at these places. */
export function loadElements(dtype: DType, array: string, at: readonly string[]): string {
  return decoded(dtype, `${vectorOf[dtype]}(${at.map((place) => element(dtype, array, place)).join(", ")})`);
}

/** The same of an operand that begins at the word `base` of an array of words. */
export function loadPacked(dtype: DType, words: string, at: readonly string[], base: string): string {
  const elements = at.map((place) => packedElement(dtype, words, place, base)).join(", ");
  return dtype === "f16" ? `vec4f(${elements})` : decoded(dtype, `${vectorOf[dtype]}(${elements})`);
}

/** Statements that store four points; `rest` of them are within the output, and what lies behind it is kept. */
export function storePoints(dtype: DType, array: string, at: string, value: string): string[] {
  const place = `${array}[${at}]`;
  if (dtype === "u8") {
    return [
      `let mask_${array} = select(0xffffffffu, (1u << (rest * 8u)) - 1u, rest < 4u);`,
      `let bytes_${array} = (${value} & vec4u(255u)) << ${byteShifts};`,
      `let word_${array} = bytes_${array}.x | bytes_${array}.y | bytes_${array}.z | bytes_${array}.w;`,
      `${place} = (${place} & ~mask_${array}) | (word_${array} & mask_${array});`,
    ];
  }
  const stored =
    dtype === "bool"
      ? `select(vec4u(), vec4u(1u), ${value})`
      : dtype === "f16"
        ? `vec4<f16>(${value})`
        : value;
  return [
    `let stored_${array} = ${stored};`,
    `if (rest >= 4u) { ${place} = stored_${array}; } else {`,
    `  ${place}.x = stored_${array}.x;`,
    `  if (rest > 1u) { ${place}.y = stored_${array}.y; }`,
    `  if (rest > 2u) { ${place}.z = stored_${array}.z; }`,
    `}`,
  ];
}
