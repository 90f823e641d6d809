import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";

const schema = {
  reads: { x: "f32", "rows?": "u32", "columns?": "u32" },
  writes: { y: "f32" },
  parameters: { count: "u32", input: "vec2u", output: "vec2u", words: "vec2u" },
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
  let rowSpan = place.x * p.words.x;
  let columnSpan = place.y * p.words.y;
  let firstRow = ${hasRows ? "rows[rowSpan]" : "place.x"};
  let firstColumn = ${hasColumns ? "columns[columnSpan]" : "place.y"};
  var sum = 0.0;
  for (var row = 0u; row < ${hasRows ? "rows[rowSpan + 1u]" : "1u"}; row++) {
    let first = (plane * p.input.x + firstRow + row) * p.input.y + firstColumn;
    var inRow = 0.0;
    for (var column = 0u; column < ${hasColumns ? "columns[columnSpan + 1u]" : "1u"}; column++) {
      inRow += ${hasColumns ? "bitcast<f32>(columns[columnSpan + 2u + column]) * " : ""}x[first + column];
    }
    sum += ${hasRows ? "bitcast<f32>(rows[rowSpan + 2u + row]) * " : ""}inRow;
  }
  y[at] = sum;`,
    )}`,
  });
