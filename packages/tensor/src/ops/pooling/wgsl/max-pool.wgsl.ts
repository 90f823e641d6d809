import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";
import type { Unit } from "../../movement/wgsl/units.ts";
import { loadUnit } from "../../movement/wgsl/units.ts";
import { ofWindows, writeForEachPlace, writeWindows } from "./window.wgsl.ts";

/**
 * Floats are compared by integer keys in the same order, with both zeros as 0 and NaN above everything: compilers may assume that
 * there is no NaN. Every key is greater than the smallest integer, the initial maximum, so the first position always replaces it.
 */
const writeWinner = (): string => `
fn toKey(bits: u32) -> i32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0x7fffffff; }
  return select(i32(magnitude), -i32(magnitude), bits != magnitude);
}
struct Winner { bits: u32, place: u32 }
fn findWinner(at: u32) -> Winner {
  let plane = findPlane(p.output, at);
  let window = placeIn(p.output, at);
  let corner = findCorner(window);
  let first = corner + (max(-corner, vec2i()) + p.dilation - 1) / p.dilation * p.dilation;
  var best = i32(-0x7fffffff - 1);
  var winner = Winner();
  ${writeForEachPlace(
    "place",
    "first",
    "findEnd(corner, window)",
    `let bits = x[position(p.input, plane, place)];
      let key = toKey(bits);
      if (key > best || key == 0x7fffffff) {
        best = key;
        let tap = (place - corner) / p.dilation;
        winner = Winner(bits, u32(tap.x * p.size.y + tap.y));
      }`,
    "p.dilation",
  )}
  return winner;
}`;

const maxPool = {
  reads: { x: "u32" },
  writes: { y: "Results", places: "u32" },
  parameters: { positions: "u32" },
} as const;

/** An invocation computes one window or, if places are bytes, the four windows of a word of places. */
export const writeMaxPoolKernel = (
  places: Unit,
  isAdaptive: boolean,
): WgslKernel<typeof maxPool & typeof ofWindows> =>
  makeWgslKernel({
    entry: "maxPool",
    schema: joinSchemas(maxPool, ofWindows),
    code: `alias Results = ${places === "byte" ? "vec4u" : "u32"};
${writeWindows(isAdaptive)}${writeWinner()}
${writeInvocationEntry(
  "maxPool",
  places === "byte"
    ? `var four = vec4u();
  var word = 0u;
  for (var lane = 0u; lane < 4u; lane++) {
    if (at * 4u + lane < p.positions) {
      let winner = findWinner(at * 4u + lane);
      four[lane] = winner.bits;
      word |= winner.place << (lane * 8u);
    }
  }
  y[at] = four;
  places[at] = word;`
    : `let winner = findWinner(at);
  y[at] = winner.bits;
  places[at] = winner.place;`,
)}`,
  });

const maxPoolGradient = { reads: { dy: "f32", places: "u32" }, writes: { dx: "f32" } } as const;

/** An invocation computes the gradient of one position of the input: the sum of dy over the windows whose maximum it is. */
export const writeMaxPoolGradientKernel = (
  places: Unit,
  isAdaptive: boolean,
): WgslKernel<typeof maxPoolGradient & typeof ofWindows> =>
  makeWgslKernel({
    entry: "maxPoolGradient",
    schema: joinSchemas(maxPoolGradient, ofWindows),
    code: `${writeWindows(isAdaptive)}${writeInvocationEntry(
      "maxPoolGradient",
      `let plane = findPlane(p.input, at);
  let place = placeIn(p.input, at);
  let first = firstWindow(place);
  var sum = 0.0;
  ${writeForEachPlace(
    "window",
    "first",
    "endWindow(place)",
    `let output = u32(position(p.output, plane, window));
      let inside = place - findCorner(window);
      let tap = inside / p.dilation;
      let isTap = all(tap * p.dilation == inside);
      if (isTap && ${loadUnit(places, "places", "output")} == u32(tap.x * p.size.y + tap.y)) { sum += dy[output]; }`,
  )}
  dx[at] = sum;`,
    )}`,
  });

const maxPoolSelect = { reads: { x: "u32", places: "u32" }, writes: { y: "u32" } } as const;

/** An invocation computes one window. */
export const writeMaxPoolSelectKernel = (
  places: Unit,
  isAdaptive: boolean,
): WgslKernel<typeof maxPoolSelect & typeof ofWindows> =>
  makeWgslKernel({
    entry: "maxPoolSelect",
    schema: joinSchemas(maxPoolSelect, ofWindows),
    code: `${writeWindows(isAdaptive)}${writeInvocationEntry(
      "maxPoolSelect",
      `let place = i32(${loadUnit(places, "places", "at")});
  let inside = vec2i(place / p.size.y, place % p.size.y) * p.dilation;
  y[at] = x[position(p.input, findPlane(p.output, at), findCorner(placeIn(p.output, at)) + inside)];`,
    )}`,
  });
