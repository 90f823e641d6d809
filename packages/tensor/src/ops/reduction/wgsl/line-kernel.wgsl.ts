import type { Limits } from "../../../core/devices/backend.ts";
import type { WgslExtension } from "../../../core/devices/launch.ts";
import { workgroupSize } from "./line-cut.ts";

/**
 * What the threads of a workgroup know of their lines. The code of a kernel declares the type `State`, `initial() -> State` of no
 * elements, and `merge(a: State, b: State) -> State`; each of its threads has a state for each of `variables`.
 */
export interface LineStates {
  readonly variables: readonly string[];
  /** The fields of `State` where it is a struct. Default: it is a scalar or a vector. */
  readonly fields?: readonly string[];
  /** Whether threads join their states in subgroups first: a line then has a whole workgroup. */
  readonly usesSubgroups: boolean;
}

/** Which threads share a line, as expressions in WGSL. */
export interface LineThreads {
  /** The thread's place among those of its line, and how many there are. Threads beyond take no part. */
  readonly thread: string;
  readonly threads: string;
  /** The place in the workgroup of the line's first thread, and how far apart its threads are. */
  readonly home: string;
  readonly spacing: string;
}

/** Whether lines that have so many threads each join in subgroups on a device. */
export const joinsInSubgroups = (threads: number, { features }: Pick<Limits, "features">): boolean =>
  threads === workgroupSize && features.has("subgroups");

/** What a kernel enables in order to join in subgroups. */
export const subgroupExtensions = (usesSubgroups: boolean): readonly WgslExtension[] =>
  usesSubgroups ? ["subgroups"] : [];

/**
 * The entry point of a kernel over lines, which calls the function `workOnLines` with this body. The body knows `group`, `groups`, the thread's
 * place `me` in the workgroup, and with subgroups their `size` and its `lane`.
 */
export function lineEntry(entry: string, usesSubgroups: boolean, body: string): string {
  const builtins = usesSubgroups
    ? ", @builtin(subgroup_size) size: u32, @builtin(subgroup_invocation_id) lane: u32"
    : "";
  return `
@compute @workgroup_size(${workgroupSize})
fn ${entry}(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32${builtins}
) {
  workOnLines(group, groups, me${usesSubgroups ? ", size, lane" : ""});
}
fn workOnLines(group: vec3u, groups: vec3u, me: u32${usesSubgroups ? ", size: u32, lane: u32" : ""}) {
  ${body}
}`;
}

/** Declares the shelf on which threads leave their states, and what joins subgroups. */
export function joinSource({ variables, fields, usesSubgroups }: LineStates): string {
  const shelf = `
var<workgroup> shelf: array<State, ${workgroupSize * variables.length}>;`;
  if (!usesSubgroups) return shelf;
  const ofState = (text: (value: string) => string): string =>
    fields ? `State(${fields.map((field) => text(`a.${field}`)).join(", ")})` : text("a");
  return `${shelf}
var<workgroup> isScattered: atomic<u32>;
fn stateOfOther(a: State, reach: u32) -> State {
  return ${ofState((value) => `subgroupShuffleXor(${value}, reach)`)};
}
fn stateOfFirst(a: State) -> State {
  return ${ofState((value) => `subgroupBroadcast(${value}, 0u)`)};
}
// The states of all lanes joined, which is right in the first lane only.
fn joinLanes(own: State, size: u32) -> State {
  var all = own;
  for (var reach = size / 2u; reach > 0u; reach /= 2u) {
    all = merge(all, stateOfOther(all, reach));
  }
  return all;
}`;
}

/**
 * Joins the states of the threads of each line, always in the same order, and leaves the result in the variables: in those of
 * each thread where it is `forAll`, else at least in those of the first.
 */
export const joinText = (states: LineStates, threads: LineThreads, forAll: boolean): string =>
  states.usesSubgroups ? joinInSubgroups(states) : joinInMemory(states, threads, forAll);

function joinInMemory(
  { variables }: LineStates,
  { thread, threads, home, spacing }: LineThreads,
  forAll: boolean,
): string {
  const onShelf = (place: string, index: number): string =>
    `shelf[${variables.length === 1 ? place : `(${place}) * ${variables.length}u + ${index}u`}]`;
  const each = (text: (variable: string, index: number) => string): string =>
    variables.map(text).join("\n      ");
  const own = "ownPlace";
  const other = `${own} + reach * ${spacing}`;
  return `
  let lineHome = ${home};
  let ${own} = lineHome + ${thread} * ${spacing};
  if (${thread} < ${threads}) {
      ${each((variable, index) => `${onShelf(own, index)} = ${variable};`)}
  }
  workgroupBarrier();
  // From the largest power of two that is less than the number of threads.
  for (var reach = (1u << (32u - countLeadingZeros(${threads} - 1u))) >> 1u; reach > 0u; reach /= 2u) {
    if (${thread} < reach && ${thread} + reach < ${threads}) {
      ${each((variable, index) => `${variable} = merge(${variable}, ${onShelf(other, index)});`)}
      ${each((variable, index) => `${onShelf(own, index)} = ${variable};`)}
    }
    workgroupBarrier();
  }
  ${forAll ? each((variable, index) => `${variable} = ${onShelf("lineHome", index)};`) : ""}`;
}

/**
 * The first lane of each subgroup leaves its state at its place, and each subgroup joins them all in the same order. A subgroup may begin anywhere: the
 * other places have the states of no elements, and where first lanes are scattered, all places are read.
 */
function joinInSubgroups({ variables }: LineStates): string {
  const count = variables.length;
  const each = (text: (variable: string, index: number) => string): string =>
    variables.map(text).join("\n  ");
  return `
  ${each(
    (variable, index) => `${variable} = joinLanes(${variable}, size);
  if (lane > 0u) { ${variable} = initial(); }
  shelf[me * ${count}u + ${index}u] = ${variable};`,
  )}
  if (lane == 0u && me % size > 0u) { atomicStore(&isScattered, 1u); }
  workgroupBarrier();
  let step = select(size, 1u, atomicLoad(&isScattered) > 0u);
  ${each((variable) => `${variable} = initial();`)}
  for (var k = lane * step; k < ${workgroupSize}u; k += size * step) {
    ${each((variable, index) => `${variable} = merge(${variable}, shelf[k * ${count}u + ${index}u]);`)}
  }
  ${each((variable) => `${variable} = stateOfFirst(joinLanes(${variable}, size));`)}`;
}
