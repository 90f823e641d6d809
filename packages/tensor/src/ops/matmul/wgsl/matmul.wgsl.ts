import type { Tile } from "./product-tiles.ts";
import type { TileKernel, VectorAxis } from "./tiled-product.wgsl.ts";
import { fourSteps, writeStridedOperand, writeTiledProduct } from "./tiled-product.wgsl.ts";

const schema = {
  reads: { a: "A", b: "B", "addend?": "f32" },
  parameters: {
    startA: "u32",
    startB: "u32",
    startAddend: "u32",
    startC: "u32",
    k: "u32",
    aRow: "u32",
    aDepth: "u32",
    bDepth: "u32",
    bColumn: "u32",
    addendRow: "u32",
    addendColumn: "u32",
    inner: "u32",
    aOuter: "u32",
    aInner: "u32",
    bOuter: "u32",
    bInner: "u32",
    addendOuter: "u32",
    addendInner: "u32",
    width: "u32",
  },
} as const;

export interface MatmulText {
  readonly tile: Tile;
  readonly vectorA: VectorAxis;
  readonly vectorB: VectorAxis;
  readonly isVectorC: boolean;
  /** Which operands are contiguous along the depth. */
  readonly isAlongDepth: { readonly A: boolean; readonly B: boolean };
  readonly hasAddend: boolean;
  /** Whether the depth is a multiple of the depth that is staged at a time. */
  readonly isWhole: boolean;
}

const writeElement = (isVector: boolean): string => (isVector ? "vec4f" : "f32");

/** c = activate(a b + addend). */
export function writeMatmulKernel(text: MatmulText): TileKernel<typeof schema> {
  const { tile, vectorA, vectorB, isVectorC, isAlongDepth, hasAddend, isWhole } = text;
  return writeTiledProduct({
    entry: "matmul",
    tile,
    isVector: isVectorC,
    isAlongDepth,
    schema,
    hasAddend,
    areQuads: { A: vectorA === "lanes", B: vectorB === "lanes" || isVectorC },
    code: `alias A = ${writeElement(vectorA !== "none")};
alias B = ${writeElement(vectorB !== "none")};
var<private> at: vec4u;
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
${writeStridedOperand("A", "a", vectorA, isWhole)}
${writeStridedOperand("B", "b", vectorB, isWhole)}`,
  });
}
