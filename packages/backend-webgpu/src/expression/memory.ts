import type { DType, Expression, WgslKernel } from "@evenkeel/tensor";
import { getDTypeProperties, isFloat, isTruth } from "@evenkeel/tensor";
import type { FloatElements } from "@evenkeel/tensor/wgsl";
import { makeFloatElements, writeFloatElements } from "@evenkeel/tensor/wgsl";
import type { ReadKind } from "./layout.ts";

/** Whether an input of this kind is bound as an array of vectors. */
export const isVectorKind = (kind: ReadKind): boolean => kind === "linear" || kind === "quad";

const byteShifts = "vec4u(0u, 8u, 16u, 24u)";

const printByte = (word: string, at: string): string => `((${word} >> (((${at}) & 3u) * 8u)) & 255u)`;

/** The bits of a word that belong to the first `rest` points, as a mask, where a point takes `bits` of them. */
const printMask = (bits: number): string => `(1u << (rest * ${bits}u)) - 1u`;

/** The vector type of four elements as they come out of their words. */
const printVectorType = (dtype: DType): string =>
  isFloat(dtype) ? "vec4f" : `vec4${getDTypeProperties(dtype).wgsl.word[0]}`;

/** Whether four elements share a word. */
const isByte = (dtype: DType): boolean => getDTypeProperties(dtype).mask !== undefined;

const isPair = (dtype: DType): boolean => getDTypeProperties(dtype).wgsl.pairs !== undefined;

/** One element of an operand that begins at the word `base` of an array of words. */
function printPackedElement(dtype: DType, words: string, at: string, base: string): string {
  const { word, pairs } = getDTypeProperties(dtype).wgsl;
  if (isByte(dtype)) return printByte(`${words}[${base} + ((${at}) >> 2u)]`, at);
  if (pairs) return `${pairs.unpack}(${words}[${base} + ((${at}) >> 1u)])[(${at}) & 1u]`;
  const bits = `${words}[${base} + ${at}]`;
  return word === "u32" ? bits : `bitcast<${word}>(${bits})`;
}

/** The elements at these places as a vector of the type that expressions compute with. */
function printGathered(dtype: DType, elements: readonly string[]): string {
  const vector = `${printVectorType(dtype)}(${elements.join(", ")})`;
  return isTruth(dtype) ? `${vector} != vec4u()` : vector;
}

/** The statements that store bytes: one invocation owns a word. */
const storeBytes = (array: string, place: string, value: string): string[] => [
  `let mask_${array} = select(0xffffffffu, ${printMask(8)}, rest < 4u);`,
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
  /** The extensions that the module of an expression enables. */
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

export function chooseMemory(features: ReadonlySet<string>): Memory {
  const floats = (dtype: DType, width: 1 | 4): FloatElements => makeFloatElements(dtype, width, { features });
  const element = (dtype: DType, array: string, at: string): string => {
    if (isByte(dtype)) return printByte(`${array}[(${at}) >> 2u]`, at);
    return isPair(dtype) ? floats(dtype, 1).load(array, at) : `${array}[${at}]`;
  };
  return {
    extensions: ({ inputs, outputs }) => {
      const pairs = [...inputs, ...outputs.map(({ dtype }) => dtype)].filter(isPair);
      return [...new Set(pairs.flatMap((dtype) => floats(dtype, 4).extensions))];
    },
    functions: ({ outputs }) => {
      const pairs = outputs.map(({ dtype }) => dtype).filter(isPair);
      return [...new Set(pairs.map((dtype) => writeFloatElements(floats(dtype, 4)).trimEnd()))];
    },
    elementType: (dtype, isVector) => {
      const { word } = getDTypeProperties(dtype).wgsl;
      if (isPair(dtype)) return floats(dtype, isVector ? 4 : 1).type;
      return isVector && !isByte(dtype) ? `vec4<${word}>` : word;
    },
    loadVector: (dtype, array, at) => {
      const vector = `${array}[${at}]`;
      if (isByte(dtype)) return `(vec4u(${vector}) >> ${byteShifts}) & vec4u(255u)`;
      if (isPair(dtype)) return floats(dtype, 4).load(array, at);
      return isTruth(dtype) ? `${vector} != vec4u()` : vector;
    },
    loadElements: (dtype, array, at) =>
      printGathered(
        dtype,
        at.map((place) => element(dtype, array, place)),
      ),
    loadPacked: (dtype, words, at, base) =>
      printGathered(
        dtype,
        at.map((place) => printPackedElement(dtype, words, place, base)),
      ),
    storePoints: (dtype, array, at, value) => {
      const place = `${array}[${at}]`;
      if (isByte(dtype)) return storeBytes(array, place, value);
      const isPacked = isPair(dtype) && floats(dtype, 4).extensions.length === 0;
      return [
        `let stored_${array} = ${storedForm(dtype, value)};`,
        `if (rest >= 4u) { ${place} = stored_${array}; } else {`,
        ...(isPacked ? storeHalvesPart(array, place) : storePart(array, place)),
        `}`,
      ];
    },
  };

  function storedForm(dtype: DType, value: string): string {
    if (isTruth(dtype)) return `select(vec4u(), vec4u(1u), ${value})`;
    return isPair(dtype) ? floats(dtype, 4).stored!(value) : value;
  }
}
