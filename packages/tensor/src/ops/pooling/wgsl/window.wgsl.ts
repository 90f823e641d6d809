import type { NamedParameters } from "../../../core/plans/plan-launch.ts";
import type { Extents, PlaneGeometry } from "../pooling-geometry.ts";

/** The parameters of all pooling kernels: the number of invocations, and vectors of a row and a column. */
export const ofWindows = {
  parameters: {
    count: "u32",
    input: "vec2i",
    output: "vec2i",
    size: "vec2i",
    stride: "vec2i",
    padding: "vec2i",
    dilation: "vec2i",
  },
} as const;

export type WindowValues = NamedParameters<typeof ofWindows>;

export function nameWindowValues(geometry: PlaneGeometry, count: number): WindowValues {
  const both = ({ height, width }: Extents) => [height, width] as const;
  const { input, output, kernel, stride, padding, dilation } = geometry;
  return {
    count,
    input: both(input),
    output: both(output),
    size: both(kernel),
    stride: both(stride),
    padding: both(padding),
    dilation: both(dilation),
  };
}

/** Windows of one size at regular distances. */
const regular = `
fn findCorner(window: vec2i) -> vec2i { return window * p.stride - p.padding; }
fn findEnd(corner: vec2i, window: vec2i) -> vec2i { return min(corner + span(), p.input); }
fn firstWindow(place: vec2i) -> vec2i { return max(vec2i(), (place + p.padding - span() + p.stride) / p.stride); }
fn endWindow(place: vec2i) -> vec2i { return min(p.output, (place + p.padding) / p.stride + 1); }
`;

/** Windows that cover the positions that a share of the input touches. */
const adaptive = `
fn findCorner(window: vec2i) -> vec2i { return window * p.input / p.output; }
fn findEnd(corner: vec2i, window: vec2i) -> vec2i { return ((window + 1) * p.input + p.output - 1) / p.output; }
fn firstWindow(place: vec2i) -> vec2i { return place * p.output / p.input; }
fn endWindow(place: vec2i) -> vec2i { return ((place + 1) * p.output + p.input - 1) / p.input; }
`;

/**
 * The code that pooling kernels share. The windows that cover a position are those from `firstWindow` up to, but
 * excluding, `endWindow`.
 */
export const writeWindows = (isAdaptive: boolean): string => `
fn placeIn(extents: vec2i, at: u32) -> vec2i { return vec2i(i32(at) / extents.y % extents.x, i32(at) % extents.y); }
fn findPlane(extents: vec2i, at: u32) -> i32 { return i32(at) / (extents.x * extents.y); }
fn position(extents: vec2i, plane: i32, place: vec2i) -> i32 { return (plane * extents.x + place.x) * extents.y + place.y; }
fn span() -> vec2i { return (p.size - 1) * p.dilation + 1; }
${isAdaptive ? adaptive : regular}`;

/**
 * Repeats `body` for each place (a vector) from `first` up to, but excluding, `end`, row by row. Places are `step` apart: by
 * default 1.
 */
export const writeForEachPlace = (
  place: string,
  first: string,
  end: string,
  body: string,
  step = "vec2i(1)",
): string => `
  let end = ${end};
  let step = ${step};
  for (var row = ${first}.x; row < end.x; row += step.x) {
    for (var column = ${first}.y; column < end.y; column += step.y) {
      let ${place} = vec2i(row, column);
      ${body}
    }
  }`;
