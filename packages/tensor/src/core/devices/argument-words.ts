import type { ScalarType } from "../../expression/dtype.ts";

/**
 * The arguments of a WASM kernel as the words that it reads: addresses, then parameters.
 *
 * @example argumentWords([1024, 0], ["u32", "f32"], [3, 1]) // [1024, 0, 3, 0x3f800000]
 */
export function argumentWords(
  addresses: readonly number[],
  types: readonly ScalarType[],
  parameters: readonly number[],
): number[] {
  const words = [...addresses];
  for (let index = 0; index < parameters.length; index++) {
    const value = parameters[index]!;
    words.push(types[index] === "f32" ? wordOfFloat(value) : value);
  }
  return words;
}

const float = new Float32Array(1);
const word = new Int32Array(float.buffer);

function wordOfFloat(value: number): number {
  float[0] = value;
  return word[0]!;
}
