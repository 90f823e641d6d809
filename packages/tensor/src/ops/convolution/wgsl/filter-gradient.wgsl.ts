import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import type { Tile } from "../../matmul/wgsl/product-tiles.ts";
import type { TileKernel, VectorAxis } from "../../matmul/wgsl/tiled-product.wgsl.ts";
import { fourSteps, writeStridedOperand, writeTiledProduct } from "../../matmul/wgsl/tiled-product.wgsl.ts";
import { ofPatches, writePatch, writePatchOperand } from "./patches.wgsl.ts";

const filterGradient = { reads: { source: "f32", dy: "Gradient" } } as const;

/** An implicit matrix product: channels of dy by taps of x, with the pixels of all images as the depth. */
export function writeFilterGradientKernel(
  tile: Tile,
  gradientVector: VectorAxis,
  isWhole: boolean,
): TileKernel<typeof filterGradient & typeof ofPatches> {
  return writeTiledProduct({
    entry: "filterGradient",
    tile,
    isVector: false,
    hasAddend: false,
    schema: joinSchemas(filterGradient, ofPatches),
    areQuads: { A: false, B: false },
    isAlongDepth: { A: true, B: true },
    code: `alias Gradient = ${gradientVector === "none" ? "f32" : "vec4f"};
${writePatch(false)}
var<private> ofGroup: u32;
fn begin(batch: u32) -> u32 {
  ofGroup = batch;
  ay = axisY(0u);
  ax = axisX(0u);
  sourceAt = i32(batch * p.channels * p.sourceY * p.sourceX);
  columns = p.channels * p.tapsY * p.tapsX;
  return p.images * p.targetY * p.targetX;
}
fn laneA(row: u32) -> u32 { return (ofGroup * p.rows + row) * p.targetY * p.targetX; }
fn depthA(k: u32) -> vec4u {
  let plane = vec4u(p.targetY * p.targetX);
  let i = ${fourSteps};
  return i / plane * p.targetImage + i % plane;
}
fn rowPlace(row: u32) -> vec2u { return vec2u((ofGroup * p.rows + row) * columns, 0u); }
fn columnPlace(column: u32) -> vec2u { return vec2u(column, 0u); }
${writeStridedOperand("A", "dy", gradientVector, isWhole)}
${writePatchOperand("tap", isWhole)}`,
  });
}

/**
 * The number of invocations of a workgroup for one pair of channels: each sums all taps over its pixels, then adds the
 * sums of one tap.
 */
export const pairInvocations = 64;

const listNumbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Adds d times each tap of the source at `place`; positions outside the source are zero. */
function addTaps(tapsY: number, tapsX: number): string {
  const columns = listNumbers(tapsX).map(
    (j) => `let x${j} = place.z + ${j} * apart.x;
    let isColumn${j} = u32(x${j}) < p.sourceX;`,
  );
  const rows = listNumbers(tapsY).flatMap((i) => [
    `let y${i} = place.y + ${i} * apart.y;
    let isRow${i} = u32(y${i}) < p.sourceY;
    let at${i} = place.x + y${i} * i32(p.sourceX);`,
    ...listNumbers(tapsX).map(
      (j) =>
        `sum${i * tapsX + j} += d * select(0.0, source[u32(at${i} + x${j})], isRow${i} && isColumn${j});`,
    ),
  ]);
  return [...columns, ...rows].join("\n    ");
}

const depthwiseFilterGradient = {
  reads: { source: "f32", dy: "f32" },
  writes: { c: "f32" },
  parameters: { count: "u32", slices: "u32", sliceDepth: "u32", sliceSize: "u32", rows: "u32" },
} as const;

/**
 * A kernel for groups of few pairs of channels, which would leave most of a tile empty. The filter has at most as many
 * taps as there are invocations.
 */
export function writeDepthwiseFilterGradientKernel([tapsY, tapsX]: readonly [number, number]): WgslKernel<
  typeof depthwiseFilterGradient & typeof ofPatches
> {
  const area = tapsY * tapsX;
  const eachTap = (text: (tap: number) => string): string => listNumbers(area).map(text).join("\n");
  const code = `${writePatch(false)}
var<workgroup> sums: array<f32, ${area * pairInvocations}>;
@compute @workgroup_size(${pairInvocations})
fn depthwiseFilterGradient(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = group.x + group.y * groups.x;
  if (at >= p.count) { return; }
  let slice = at % p.slices;
  let pair = at / p.slices;
  let output = pair / p.channels;
  let channel = output / p.rows * p.channels + pair % p.channels;
  ay = axisY(0u);
  ax = axisX(0u);
  let plane = p.targetY * p.targetX;
  let end = min((slice + 1u) * p.sliceDepth, p.images * plane);
  let apart = vec2i(ax.dilation, ay.dilation);
  ${eachTap((tap) => `var sum${tap} = 0.0;`)}
  for (var k = slice * p.sliceDepth + t; k < end; k += ${pairInvocations}u) {
    let d = dy[k / plane * p.targetImage + output * plane + k % plane];
    let place = pixelPlace(triple(k, pixelSizes())) + tapPlace(vec3u(channel, 0u, 0u));
    ${addTaps(tapsY, tapsX)}
  }
  ${eachTap((tap) => `sums[t * ${area}u + ${tap}u] = sum${tap};`)}
  workgroupBarrier();
  if (t >= ${area}u) { return; }
  var sum = 0.0;
  for (var i = 0u; i < ${pairInvocations}u; i++) { sum += sums[i * ${area}u + t]; }
  c[slice * p.sliceSize + pair * ${area}u + t] = sum;
}`;
  const schema = joinSchemas(depthwiseFilterGradient, ofPatches);
  return makeWgslKernel({ entry: "depthwiseFilterGradient", schema, code });
}
