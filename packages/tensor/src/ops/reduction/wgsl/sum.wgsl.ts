import type { DType } from "../../../expression/dtype.ts";
import { isFloat } from "../../../expression/dtype.ts";
import type { Reducer } from "./fold.wgsl.ts";

/** Sums, and the bits of the result that is computed from them. Signed integers wrap like unsigned ones. */
export function makeSumReducer(dtype: DType, result: string = "bitcast<u32>(s)"): Reducer {
  const type = isFloat(dtype) ? "f32" : "u32";
  return {
    name: "sum",
    state: type,
    stateWords: 1,
    element: type,
    code: `
fn initial() -> State { return State(); }
fn take(s: State, x: ${type}, at: u32) -> State { return s + x; }
fn merge(a: State, b: State) -> State { return a + b; }
fn finish(s: State) -> u32 { return ${result}; }`,
  };
}
