import type { ScalarType } from "../../expression/dtype.ts";

/**
 * The arguments of a WASM kernel as the words that it reads: addresses, then parameters.
 *
 * @example encodeArguments([1024, 0], ["u32", "f32"], [3, 1]) // [1024, 0, 3, 0x3f800000]
 */
export function encodeArguments(
  addresses: readonly number[],
  types: readonly ScalarType[],
  parameters: readonly number[],
): number[] {
  const words = [...addresses];
  for (let index = 0; index < parameters.length; index++) {
    const value = parameters[index]!;
    words.push(types[index] === "f32" ? encodeFloat(value) : value);
  }
  return words;
}

const float = new Float32Array(1);
const word = new Int32Array(float.buffer);

function encodeFloat(value: number): number {
  float[0] = value;
  return word[0]!;
}
