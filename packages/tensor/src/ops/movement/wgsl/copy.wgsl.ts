import { packSources } from "../../../core/devices/float-elements.ts";
import type { ParameterType } from "../../../core/devices/kernel-schema.ts";
import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import type { DType } from "../../../expression/dtype.ts";
import { getDTypeProperties } from "../../../expression/dtype.ts";
import { writeInvocationEntry } from "./invocations.ts";
import type { Unit } from "./units.ts";
import { loadUnit, storeUnits, writeUnitAlias } from "./units.ts";

const copy = {
  reads: { x: "Unit" },
  writes: { y: "Unit" },
  parameters: { count: "u32", xAt: "u32", yAt: "u32" },
} as const;

/** For each dimension, its divisor, its size, and its strides in x and y. Strides may be negative, because u32 wraps. */
interface Dimensions {
  readonly parameters: { readonly dims: `array<vec4u, ${number}>` };
}

const makeCopy = (rank: number): typeof copy & Dimensions =>
  joinSchemas(copy, { parameters: { dims: `array<vec4u, ${rank}>` } });

/**
 * Converts a number to an index along every dimension. A number of no element in the box is not inside.
 */
const writeHead = (unit: Unit, rank: number): string => `
${writeUnitAlias(unit)}
struct Place { inside: bool, xAt: u32, yAt: u32 }
fn findPlace(number: u32) -> Place {
  var rest = number;
  var place = Place(true, p.xAt, p.yAt);
  for (var k = 0u; k < ${rank}u; k++) {
    let dim = p.dims[k];
    let index = rest / dim.x;
    rest -= index * dim.x;
    place.inside = place.inside && index < dim.y;
    place.xAt += index * dim.z;
    place.yAt += index * dim.w;
  }
  place.inside = place.inside && rest == 0u;
  return place;
}`;

/** Copies a box: an invocation copies one of its elements. */
export const writeBoxKernel = (unit: Unit, rank: number): WgslKernel<typeof copy & Dimensions> =>
  makeWgslKernel({
    entry: "copy",
    schema: makeCopy(rank),
    code:
      writeHead(unit, rank) +
      writeInvocationEntry("copy", "let place = findPlace(at); y[place.yAt] = x[place.xAt];"),
  });

/** The parameter that fills the other elements of an output: its type, and a word filled with it. */
export interface FillCode {
  readonly type: ParameterType;
  readonly word: string;
  /** A function that it calls. */
  readonly source?: string;
}

export function writeFill(dtype: DType): FillCode {
  const { wgsl, mask } = getDTypeProperties(dtype);
  if (mask !== undefined) return { type: wgsl.word, word: "p.fill * 0x01010101u" };
  if (wgsl.pairs !== undefined) {
    const { pack } = wgsl.pairs;
    return { type: "f32", word: `${pack}(vec4f(p.fill)).x`, source: packSources[pack] };
  }
  return { type: wgsl.word, word: "bitcast<u32>(p.fill)" };
}

/** The first element or word, and the fill. */
interface Owners {
  readonly parameters: { readonly first: "u32"; readonly fill: ParameterType };
}

/**
 * Copies a box: an invocation writes an element of y, or a word of y. Elements outside the box are unchanged, or become
 * the fill.
 */
export function writeOwnerKernel(
  unit: Unit,
  rank: number,
  fill?: FillCode,
): WgslKernel<typeof copy & Dimensions & Owners> {
  const owners: Owners = { parameters: { first: "u32", fill: fill?.type ?? "u32" } };
  const code = `${writeHead(unit, rank)}
${fill?.source ?? ""}
fn unit(at: u32, old: Unit) -> Unit {
  let place = findPlace(at - p.yAt);
  if (at >= p.yAt && place.inside) { return ${loadUnit(unit, "x", "place.xAt")}; }
  return ${fill ? `Unit(${fill.word})` : "old"};
}
${writeInvocationEntry("copy", storeUnits(unit, "at + p.first"))}`;
  return makeWgslKernel({ entry: "copy", schema: joinSchemas(makeCopy(rank), owners), code });
}

/** The side of a tile, which is staged in workgroup memory, so that both reads and writes are contiguous. */
export const tileSide = 32;

const transpose = {
  parameters: { width: "u32", columnTo: "u32", height: "u32", rowFrom: "u32" },
} as const;

/**
 * Copies matrices of words whose rows are contiguous in x and whose columns are contiguous in y: a workgroup copies a
 * tile, whose rows are padded by one word, so that the elements of a column are in different banks.
 */
export const writeTransposeKernel = (rank: number): WgslKernel<typeof copy & Dimensions & typeof transpose> =>
  makeWgslKernel({
    entry: "transpose",
    schema: joinSchemas(makeCopy(rank), transpose),
    code: `${writeHead("word", rank)}
var<workgroup> tile: array<u32, ${tileSide * (tileSide + 1)}>;
@compute @workgroup_size(${tileSide}, 8)
fn transpose(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let number = group.x + group.y * groups.x;
  if (number >= p.count) { return; }
  let across = (p.width + ${tileSide - 1}u) / ${tileSide}u;
  let down = (p.height + ${tileSide - 1}u) / ${tileSide}u;
  let place = findPlace(number / (across * down));
  let column = number % across * ${tileSide}u;
  let row = number / across % down * ${tileSide}u;
  for (var k = local.y; k < ${tileSide}u; k += 8u) {
    if (row + k < p.height && column + local.x < p.width) {
      tile[k * ${tileSide + 1}u + local.x] = x[place.xAt + (row + k) * p.rowFrom + column + local.x];
    }
  }
  workgroupBarrier();
  for (var k = local.y; k < ${tileSide}u; k += 8u) {
    if (column + k < p.width && row + local.x < p.height) {
      y[place.yAt + (column + k) * p.columnTo + row + local.x] = tile[local.x * ${tileSide + 1}u + k];
    }
  }
}
`,
  });
