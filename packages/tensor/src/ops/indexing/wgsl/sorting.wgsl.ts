import type { Limits } from "../../../core/devices/backend.ts";
import { makeFloatElements } from "../../../core/devices/float-elements.ts";
import type { WgslExtension, WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import type { DType } from "../../../expression/dtype.ts";
import { getDTypeProperties, isFloat, isSigned } from "../../../expression/dtype.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";
import { loadUnit } from "../../movement/wgsl/units.ts";

/** The number of elements whose keys and places fill the workgroup memory of every device. */
export const blockSize = 2048;

/** The number of sorted runs that are merged into one at a time. */
export const runsPerMerge = 8;

/** How an array `x` is ordered: a WGSL function `keyAt(line, place)` gives unsigned keys, and takes these parameters as u32. */
export interface SortOrder {
  readonly parameters: { readonly [name: string]: number };
  readonly key: string;
  /** The type of the elements of the array. */
  readonly type: string;
  readonly extensions: readonly WgslExtension[];
}

const writeLineKey = (key: string): string => `
fn keyAt(line: u32, place: u32) -> u32 {
  let at = (line / p.inner * p.length + place) * p.inner + line % p.inner;
  return (${key}) ^ p.flip;
}`;

/** Keys of floats in the order of their values: both zeros are equal, NaN is above everything. */
const floatKey = `
fn floatKey(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  return select(0x80000000u + magnitude, 0x80000000u - magnitude, bits != magnitude);
}`;

/** The order of the values of a dtype along lines. */
export function makeValueOrder(
  dtype: DType,
  direction: "ascending" | "descending",
  limits: Limits,
): SortOrder {
  const parameters = { flip: direction === "ascending" ? 0 : 0xffffffff };
  if (isFloat(dtype)) {
    const { type, extensions, load } = makeFloatElements(dtype, 1, limits);
    const key = floatKey + writeLineKey(`floatKey(bitcast<u32>(${load("x", "at")}))`);
    return { parameters, type, extensions, key };
  }
  const bits = getDTypeProperties(dtype).mask === undefined ? "x[at]" : loadUnit("byte", "x", "at");
  const key = writeLineKey(isSigned(dtype) ? `${bits} ^ 0x80000000u` : bits);
  return { parameters, type: "u32", extensions: [], key };
}

const sort = {
  reads: { x: "Element" },
  writes: { places: "u32", "keys?": "u32" },
  parameters: {
    lines: "u32",
    length: "u32",
    inner: "u32",
    segments: "u32",
    width: "u32",
    keep: "u32",
    stored: "u32",
  },
} as const;

/**
 * Sorts segments of lines, `width` elements each, a power of two; a workgroup sorts as many segments as fit in a block,
 * by Batcher's bitonic network with every comparison in one direction. It keeps the first `keep` of each.
 */
export function writeSortKernel(
  { parameters, key, type, extensions }: SortOrder,
  writesKeys: boolean,
): WgslKernel<typeof sort> {
  const types = Object.fromEntries(Object.keys(parameters).map((name) => [name, "u32" as const]));
  const code = `alias Element = ${type};
var<workgroup> blockKeys: array<u32, ${blockSize}>;
var<workgroup> blockPlaces: array<u32, ${blockSize}>;
${key}
@compute @workgroup_size(256)
fn sort(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = (group.x + group.y * groups.x) * ${blockSize}u;
  for (var e = local; e < ${blockSize}u; e += 256u) {
    let segment = (first + e) / p.width;
    let place = segment % p.segments * p.width + e % p.width;
    blockPlaces[e] = place;
    blockKeys[e] = 0xffffffffu;
    if (segment / p.segments < p.lines && place < p.length) { blockKeys[e] = keyAt(segment / p.segments, place); }
  }
  workgroupBarrier();
  for (var size = 2u; size <= p.width; size *= 2u) {
    for (var step = size / 2u; step > 0u; step /= 2u) {
      for (var e = local; e < ${blockSize / 2}u; e += 256u) {
        let low = e / step * 2u * step + e % step;
        let high = select(low + step, low + size - 1u - 2u * (e % step), step * 2u == size);
        let key = blockKeys[low];
        let other = blockKeys[high];
        let place = blockPlaces[low];
        if (other < key || (other == key && blockPlaces[high] < place)) {
          blockKeys[low] = other;
          blockPlaces[low] = blockPlaces[high];
          blockKeys[high] = key;
          blockPlaces[high] = place;
        }
      }
      workgroupBarrier();
    }
  }
  for (var e = local; e < ${blockSize}u; e += 256u) {
    let segment = (first + e) / p.width;
    let line = segment / p.segments;
    let begin = segment % p.segments;
    if (line < p.lines && e % p.width < min(p.keep, p.length - begin * p.width)) {
      let at = (line / p.inner * p.stored + begin * min(p.keep, p.width) + e % p.width) * p.inner + line % p.inner;
      places[at] = blockPlaces[e];
      ${writesKeys ? "keys[at] = blockKeys[e];" : ""}
    }
  }
}
`;
  return makeWgslKernel({
    entry: "sort",
    schema: joinSchemas(sort, { parameters: types }),
    code,
    extensions,
  });
}

const merge = {
  reads: { places: "u32", keys: "u32" },
  writes: { nextPlaces: "u32", "nextKeys?": "u32" },
  parameters: {
    count: "u32",
    inner: "u32",
    stored: "u32",
    run: "u32",
    nextStored: "u32",
    nextRun: "u32",
  },
} as const;

/** Merges runs of each line: an invocation determines the rank of one entry in the other runs. */
export const writeMergeKernel = (writesKeys: boolean): WgslKernel<typeof merge> =>
  makeWgslKernel({
    entry: "merge",
    schema: merge,
    code: `
${writeInvocationEntry(
  "merge",
  `let column = at % p.inner;
  let outer = at / p.inner / p.stored;
  let entry = at / p.inner % p.stored;
  let own = entry / p.run;
  let merged = own / ${runsPerMerge}u;
  let key = keys[at];
  var rank = entry % p.run;
  for (var other = merged * ${runsPerMerge}u; other < (merged + 1u) * ${runsPerMerge}u && other * p.run < p.stored; other++) {
    if (other == own) { continue; }
    var low = other * p.run;
    var high = min(low + p.run, p.stored);
    while (low < high) {
      let middle = (low + high) / 2u;
      let theirs = keys[(outer * p.stored + middle) * p.inner + column];
      if (theirs < key || (theirs == key && other < own)) { low = middle + 1u; } else { high = middle; }
    }
    rank += low - other * p.run;
  }
  if (rank >= p.nextRun) { return; }
  let next = (outer * p.nextStored + merged * p.nextRun + rank) * p.inner + column;
  nextPlaces[next] = places[at];
  ${writesKeys ? "nextKeys[next] = key;" : ""}`,
)}`,
  });
