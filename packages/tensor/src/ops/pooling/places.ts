import type { DType } from "../../expression/dtype.ts";
import type { PoolAttributes } from "./attributes.ts";

/** The unit that stores the place of a maximum in its window: a byte for windows of up to 256 positions. */
export function choosePlaceUnit({ kernel }: PoolAttributes): "byte" | "word" {
  return kernel.reduce((size, length) => size * length, 1) <= 256 ? "byte" : "word";
}

const types = { byte: "u8", word: "i32" } as const;

export const choosePlaceType = (attrs: PoolAttributes): DType => types[choosePlaceUnit(attrs)];
