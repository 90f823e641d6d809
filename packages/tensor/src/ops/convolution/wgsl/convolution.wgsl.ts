import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import type { Tile } from "../../matmul/wgsl/product-tiles.ts";
import type { TileKernel, VectorAxis } from "../../matmul/wgsl/tiled-product.wgsl.ts";
import {
  activation,
  fourSteps,
  writeStridedOperand,
  writeTiledProduct,
} from "../../matmul/wgsl/tiled-product.wgsl.ts";
import { ofPatches, writePatch, writePatchOperand } from "./patches.wgsl.ts";

export interface ConvolutionText {
  readonly isTransposed: boolean;
  readonly hasAddend: boolean;
}

const tapOffset = "t.x * p.filterChannel + (ay.first + t.y * ay.every) * p.tapsX + ax.first + t.z * ax.every";

/**
 * The elements of a filter at four steps of the depth: its taps in order or, if transposed, those of a phase in
 * neighbouring filters.
 */
const writeFilterSteps = (isTransposed: boolean): string =>
  isTransposed
    ? `fn tapOffset(t: vec3u) -> u32 { return ${tapOffset}; }
fn depthA(k: u32) -> vec4u {
  let sizes = tapSizes();
  let t0 = triple(k, sizes);
  let t1 = next(t0, sizes);
  let t2 = next(t1, sizes);
  return vec4u(tapOffset(t0), tapOffset(t1), tapOffset(t2), tapOffset(next(t2, sizes)));
}`
    : `fn depthA(k: u32) -> vec4u { return ${fourSteps}; }`;

const convolution = { reads: { source: "f32", filters: "Filter", "addend?": "f32" } } as const;

/**
 * An implicit matrix product for each phase: target channels by pixels of all images, with the taps of source channels
 * as the depth.
 */
export function writeConvolutionKernel(
  tile: Tile,
  filterVector: VectorAxis,
  isWhole: boolean,
  { isTransposed, hasAddend }: ConvolutionText,
): TileKernel<typeof convolution & typeof ofPatches> {
  return writeTiledProduct({
    entry: "convolution",
    tile,
    isVector: false,
    hasAddend,
    schema: joinSchemas(convolution, ofPatches),
    areQuads: { A: false, B: false },
    isAlongDepth: { A: true, B: false },
    code: `alias Filter = ${filterVector === "none" ? "f32" : "vec4f"};
${writePatch(isTransposed)}
var<private> ofGroup: u32;
fn begin(batch: u32) -> u32 {
  ofGroup = batch / (p.stepY * p.stepX);
  let phase = batch % (p.stepY * p.stepX);
  let y = axisY(phase / p.stepX);
  let x = axisX(phase % p.stepX);
  ay = y;
  ax = x;
  sourceAt = i32(ofGroup * p.channels * p.sourceY * p.sourceX);
  columns = p.images * y.count * x.count;
  return p.channels * y.taps * x.taps;
}
fn laneA(row: u32) -> u32 { return ofGroup * p.filterGroup + row * p.filterRow; }
${writeFilterSteps(isTransposed)}
fn rowPlace(row: u32) -> vec2u {
  return (ofGroup * p.rows + row) * vec2u(p.targetY * p.targetX, p.addedRow);
}
fn columnPlace(column: u32) -> vec2u {
  let t = triple(column, pixelSizes());
  let pixel = (ay.phase + t.y * ay.step) * p.targetX + ax.phase + t.z * ax.step;
  return t.x * vec2u(p.targetImage, p.addedImage) + pixel * vec2u(1u, p.addedColumn);
}
${writeStridedOperand("A", "filters", filterVector, isWhole)}
${writePatchOperand("pixel", isWhole)}`,
  });
}

const invocations = 256;

const depthwise = {
  reads: { source: "f32", filters: "f32", "addend?": "f32" },
  writes: { c: "f32" },
  parameters: { slope: "f32", size: "u32", rows: "u32" },
} as const;

/**
 * A kernel for groups of few channels, which would leave most of a tile empty: each invocation computes one element of
 * the target.
 */
export function writeDepthwiseKernel({
  isTransposed,
  hasAddend,
}: ConvolutionText): WgslKernel<typeof depthwise & typeof ofPatches> {
  const added = "image * p.addedImage + channel * p.addedRow + pixel * p.addedColumn";
  const code = `${writePatch(isTransposed)}
${activation}
@compute @workgroup_size(${invocations})
fn depthwise(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = (group.x + group.y * groups.x) * ${invocations}u + t;
  if (at >= p.size) { return; }
  let plane = p.targetY * p.targetX;
  let pixel = at % plane;
  let image = at / p.targetImage;
  let channel = at % p.targetImage / plane;
  let row = pixel / p.targetX;
  let column = pixel % p.targetX;
  ay = axisY(row % p.stepY);
  ax = axisX(column % p.stepX);
  let ofGroup = channel / p.rows;
  let filterAt = ofGroup * p.filterGroup + channel % p.rows * p.filterRow;
  let origin = pixelPlace(vec3u(image, row / p.stepY, column / p.stepX)) + tapPlace(vec3u(ofGroup * p.channels, 0u, 0u));
  var sum = 0.0;
  for (var k = 0u; k < p.channels; k++) {
    for (var i = 0u; i < ay.taps; i++) {
      for (var j = 0u; j < ax.taps; j++) {
        let t = vec3u(k, i, j);
        let to = origin + tapPlace(t);
        if (u32(to.y) < p.sourceY && u32(to.z) < p.sourceX) {
          sum += source[u32(to.x + to.y * ax.source + to.z)] * filters[filterAt + ${tapOffset}];
        }
      }
    }
  }
  ${hasAddend ? `sum += addend[${added}];` : ""}
  c[at] = activate(vec4f(sum)).x;
}`;
  return makeWgslKernel({ entry: "depthwise", schema: joinSchemas(depthwise, ofPatches), code });
}

/** The number of elements of the target that a workgroup of `depthwise` computes. */
export const depthwiseElements: number = invocations;
