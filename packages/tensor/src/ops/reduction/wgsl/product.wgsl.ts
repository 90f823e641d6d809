import type { Reducer } from "./fold.wgsl.ts";

export const productReducer: Reducer = {
  name: "product",
  state: "f32",
  stateWords: 1,
  element: "f32",
  code: `
fn initial() -> State { return 1f; }
fn take(s: State, x: f32, at: u32) -> State { return s * x; }
fn merge(a: State, b: State) -> State { return a * b; }
fn finish(s: State) -> u32 { return bitcast<u32>(s); }`,
};
