import type { LineMap, Reducer } from "@evenkeel/tensor/wgsl";

interface RowsCode {
  readonly centered: boolean;
  readonly hasScale: boolean;
}

/** The numbers that standardize a row, from its statistics: xhat = (x - center) * inverse + rest. */
const writeNumbers = (centered: boolean): string => `
struct Numbers { center: f32, inverse: f32, rest: f32 }
fn readNumbers(row: u32) -> Numbers {
  let count = statistics[row];
  let mean = statistics[p.rows + row];
  let rest = statistics[2u * p.rows + row];
  let variance = statistics[3u * p.rows + row] / select(count, 1f, count == 0f);
  let spread = variance + p.epsilon${centered ? "" : " + (mean + rest) * (mean + rest)"};
  let inverse = select(1f / sqrt(spread), 0f, spread == 0f);
  return ${centered ? "Numbers(mean, inverse, -rest * inverse)" : "Numbers(0f, inverse, 0f)"};
}
fn standardize(x: f32, row: Numbers) -> f32 { return (x - row.center) * row.inverse + row.rest; }`;

const parameters = { rows: "u32", width: "f32", epsilon: "f32" } as const;

/** dx: the sums of g = dy * scale and of g * xhat along a row, then inverse * (g - mean of g - xhat * mean of g * xhat). */
export const makeRowsMap = ({ centered, hasScale }: RowsCode): LineMap => ({
  name: "normalizeRowsGradient",
  state: "vec2f",
  stateWords: 2,
  element: "f32",
  inputs: ["dy", "x"],
  perLine: { statistics: "f32" },
  ...(hasScale && { perPosition: { scale: "f32" } }),
  parameters,
  maps: true,
  enter: "numbers = readNumbers(line);",
  code: `${writeNumbers(centered)}
var<private> numbers: Numbers;
fn scaled(dy: f32, at: u32) -> f32 { return dy${hasScale ? " * scale[at]" : ""}; }
fn initial() -> State { return vec2f(); }
fn take(s: State, dy: f32, x: f32, at: u32) -> State {
  let g = scaled(dy, at);
  return s + vec2f(g, g * standardize(x, numbers));
}
fn merge(a: State, b: State) -> State { return a + b; }
struct Facts { average: f32, slope: f32 }
fn prepare(s: State, line: u32) -> Facts { return Facts(${centered ? "s.x / p.width" : "0f"}, s.y / p.width); }
fn map(dy: f32, x: f32, facts: Facts, at: u32) -> u32 {
  let centred = scaled(dy, at) - facts.average - standardize(x, numbers) * facts.slope;
  return bitcast<u32>(numbers.inverse * centred);
}`,
});

/** The sums of dy * xhat, and if the rows are centered, of dy, along a column. */
export const makeColumnsReducer = ({ centered }: RowsCode): Reducer => ({
  name: "normalizeRowsGradient",
  state: "vec2f",
  stateWords: 2,
  element: "f32",
  inputs: ["dy", "x"],
  // They are read by the position in a column; an input of lines is also there when the sums of parts are added.
  perLine: { statistics: "f32" },
  parameters,
  results: centered ? 2 : 1,
  code: `${writeNumbers(centered)}
fn initial() -> State { return vec2f(); }
fn take(s: State, dy: f32, x: f32, at: u32) -> State {
  return s + vec2f(dy * standardize(x, readNumbers(at)), dy);
}
fn merge(a: State, b: State) -> State { return a + b; }
fn finish(s: State) -> ${centered ? "vec2u { return bitcast<vec2u>(s); }" : "u32 { return bitcast<u32>(s.x); }"}`,
});
