import type { LineMap } from "../../reduction/wgsl/fold.wgsl.ts";

/** A map of y and dy that uses a sum along the line: `term` is summed, and `slope` computes the result from the sum. */
export const makeGradientMap = (
  name: string,
  term: string,
  slope: string,
  functions: string = "",
): LineMap => ({
  name,
  state: "f32",
  stateWords: 1,
  element: "f32",
  inputs: ["y", "dy"],
  maps: true,
  code: `${functions}
alias Facts = f32;
fn initial() -> State { return 0f; }
fn take(s: State, y: f32, dy: f32, at: u32) -> State { return s + ${term}; }
fn merge(a: State, b: State) -> State { return a + b; }
fn prepare(s: State, line: u32) -> Facts { return s; }
fn map(y: f32, dy: f32, sum: Facts, at: u32) -> u32 { return ${slope}; }`,
});

export const makeSoftmaxGradientMap = (): LineMap => ({
  ...makeGradientMap("softmaxGradient", "y * dy", "bitcast<u32>(y * (dy - sum) * p.scale)"),
  parameters: { scale: "f32" },
});
