import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";

const schema = {
  reads: {
    x: "f32",
    "rowSpans?": "vec2u",
    "rowWeights?": "f32",
    "columnSpans?": "vec2u",
    "columnWeights?": "f32",
  },
  writes: { y: "f32" },
  parameters: { count: "u32", input: "vec2u", output: "vec2u", taps: "vec2u" },
} as const;

/** An invocation computes the weighted sum of a span of rows and a span of columns. An axis without spans has one element in each. */
export const writeResampleKernel = (hasRows: boolean, hasColumns: boolean): WgslKernel<typeof schema> =>
  makeWgslKernel({
    entry: "resample",
    schema,
    code: `${writeInvocationEntry(
      "resample",
      `let place = vec2u(at / p.output.y % p.output.x, at % p.output.y);
  let plane = at / (p.output.x * p.output.y);
  let rows = ${hasRows ? "rowSpans[place.x]" : "vec2u(place.x, 1u)"};
  let columns = ${hasColumns ? "columnSpans[place.y]" : "vec2u(place.y, 1u)"};
  var sum = 0.0;
  for (var row = 0u; row < rows.y; row++) {
    let first = (plane * p.input.x + rows.x + row) * p.input.y + columns.x;
    var inRow = 0.0;
    for (var column = 0u; column < columns.y; column++) {
      inRow += ${hasColumns ? "columnWeights[place.y * p.taps.y + column] * " : ""}x[first + column];
    }
    sum += ${hasRows ? "rowWeights[place.x * p.taps.x + row] * " : ""}inRow;
  }
  y[at] = sum;`,
    )}`,
  });
