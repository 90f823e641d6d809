import type { DType } from "../../../expression/dtype.ts";
import type { Reducer } from "./fold.wgsl.ts";
import { writeOrderKey } from "./order-key.wgsl.ts";

/** The largest or smallest element by its key, an integer, so that compilers cannot ignore NaN. */
export function makeExtremeReducer(name: string, dtype: DType, largest: boolean): Reducer {
  return {
    // WGSL has functions named max and min.
    name: `${name}Elements`,
    state: "i32",
    stateWords: 1,
    element: "u32",
    code: `${writeOrderKey(dtype, largest)}
fn initial() -> State { return i32(-2147483648); }
fn take(s: State, x: u32, at: u32) -> State { return max(s, toKey(x)); }
fn merge(a: State, b: State) -> State { return max(a, b); }
fn finish(s: State) -> u32 { return toBits(s); }`,
  };
}
