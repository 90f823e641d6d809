import type { DType } from "../../../expression/dtype.ts";
import type { Reducer } from "./fold.wgsl.ts";
import { writeOrderKey } from "./order-key.wgsl.ts";

/** The largest key and the first position that has it; `result` gives the bits of the result, by default the position. */
export function makeArgExtremeReducer(
  name: string,
  dtype: DType,
  largest: boolean,
  result: string = "bitcast<u32>(s.y)",
): Reducer {
  return {
    name,
    state: "vec2i",
    stateWords: 2,
    element: "u32",
    code: `${writeOrderKey(dtype, largest, true)}
fn initial() -> State { return vec2i(i32(-2147483648), 2147483647); }
fn take(s: State, x: u32, at: u32) -> State { return merge(s, vec2i(toKey(x), i32(at))); }
fn merge(a: State, b: State) -> State {
  return select(a, b, b.x > a.x || (b.x == a.x && b.y < a.y));
}
fn finish(s: State) -> u32 { return ${result}; }`,
  };
}

/** 1f if the first position with the largest key is the given position of the line, otherwise 0f. */
export function isArgmaxReducer(dtype: DType): Reducer {
  const found = makeArgExtremeReducer(
    "isArgmax",
    dtype,
    true,
    "select(0u, bitcast<u32>(1f), s.y == position)",
  );
  return {
    ...found,
    perLine: { positions: "i32" },
    enter: "position = positions[line];",
    code: `var<private> position: i32;\n${found.code}`,
  };
}
