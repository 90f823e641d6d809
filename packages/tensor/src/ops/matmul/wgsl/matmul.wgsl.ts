import type { WgslKernel } from "../../../core/devices/launch.ts";
import type { Tile } from "./product-tiles.ts";
import type { TileValues, VectorAxis } from "./tiled-product.wgsl.ts";
import { fourSteps, stridedOperand, tiledProduct, tileValues } from "./tiled-product.wgsl.ts";

const parameters = [
  "startA",
  "startB",
  "startAddend",
  "startC",
  "k",
  "aRow",
  "aDepth",
  "bDepth",
  "bColumn",
  "addendRow",
  "addendColumn",
  "inner",
  "aOuter",
  "aInner",
  "bOuter",
  "bInner",
  "addendOuter",
  "addendInner",
  "width",
] as const;

/** Parameters of `matmulKernel` by name, to the order in which it takes them. */
export const matmulValues = (values: TileValues<(typeof parameters)[number]>): number[] =>
  tileValues(parameters, values);

export interface MatmulText {
  readonly tile: Tile;
  readonly vectorA: VectorAxis;
  readonly vectorB: VectorAxis;
  readonly isVectorC: boolean;
  /** Which operand is contiguous along the depth. */
  readonly isAlongDepth: { readonly A: boolean; readonly B: boolean };
  readonly hasAddend: boolean;
  /** Whether the depth is a multiple of what is staged at a time. */
  readonly isWhole: boolean;
}

const element = (isVector: boolean): string => (isVector ? "vec4f" : "f32");

/** c = activate(a b + addend). */
export function matmulKernel(text: MatmulText): WgslKernel {
  const { tile, vectorA, vectorB, isVectorC, isAlongDepth, hasAddend, isWhole } = text;
  return tiledProduct({
    ...{ entry: "matmul", tile, isVector: isVectorC, isAlongDepth, parameters },
    areQuads: { A: vectorA === "lanes", B: vectorB === "lanes" || isVectorC },
    reads: {
      a: element(vectorA !== "none"),
      b: element(vectorB !== "none"),
      addend: hasAddend ? "f32" : undefined,
    },
    code: `var<private> at: vec4u;
fn begin(batch: u32) -> u32 {
  let outer = batch / p.inner;
  let inner = batch % p.inner;
  at = vec4u(p.startA, p.startB, p.startAddend, p.startC + batch * p.rows * p.width)
    + outer * vec4u(p.aOuter, p.bOuter, p.addendOuter, 0u) + inner * vec4u(p.aInner, p.bInner, p.addendInner, 0u);
  columns = p.width;
  return p.k;
}
fn laneA(row: u32) -> u32 { return at.x + row * p.aRow; }
fn depthA(k: u32) -> vec4u { return ${fourSteps} * p.aDepth; }
fn laneB(column: u32) -> u32 { return at.y + column * p.bColumn; }
fn depthB(k: u32) -> vec4u { return ${fourSteps} * p.bDepth; }
fn rowPlace(row: u32) -> vec2u { return vec2u(at.w + row * p.width, at.z + row * p.addendRow); }
fn columnPlace(column: u32) -> vec2u { return vec2u(column, column * p.addendColumn); }
${stridedOperand("A", "a", vectorA, isWhole)}
${stridedOperand("B", "b", vectorB, isWhole)}`,
  });
}
