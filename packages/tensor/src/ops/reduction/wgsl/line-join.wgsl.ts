import type { Limits } from "../../../core/devices/backend.ts";
import type { WgslExtension } from "../../../core/devices/launch.ts";
import { workgroupSize } from "./line-cut.ts";

/**
 * The states that the threads of a workgroup have of their lines. The code of a kernel declares the type `State`,
 * `initial() -> State` of no elements, and `merge(a: State, b: State) -> State`; each of its threads has a state for
 * each of `variables`. The positions of threads are declared by `writePlace`.
 */
export interface LineStates {
  readonly variables: readonly string[];
  /** The fields of `State` if it is a struct. Default: it is a scalar or a vector. */
  readonly fields?: readonly string[];
}

/** Whether lines with this number of threads are merged in subgroups on a device. */
export const joinsInSubgroups = (threads: number, { features }: Pick<Limits, "features">): boolean =>
  threads === workgroupSize && features.has("subgroups");

/** The extensions that a kernel enables for merging in subgroups. */
export const listSubgroupExtensions = (usesSubgroups: boolean): readonly WgslExtension[] =>
  usesSubgroups ? ["subgroups"] : [];

/**
 * Declares the shelf, the workgroup memory for the states of threads, and the code that first merges them in subgroups,
 * if each line has a whole workgroup.
 */
export function writeJoinSource({ variables, fields }: LineStates, usesSubgroups: boolean): string {
  const shelf = `
var<workgroup> shelf: array<State, ${workgroupSize * variables.length}>;`;
  if (!usesSubgroups) return shelf;
  const ofState = (text: (value: string) => string): string =>
    fields ? `State(${fields.map((field) => text(`a.${field}`)).join(", ")})` : text("a");
  return `${shelf}
var<workgroup> isScattered: atomic<u32>;
fn shuffleState(a: State, reach: u32) -> State {
  return ${ofState((value) => `subgroupShuffleXor(${value}, reach)`)};
}
fn broadcastState(a: State) -> State {
  return ${ofState((value) => `subgroupBroadcast(${value}, 0u)`)};
}
// The states of all lanes joined, which is right in the first lane only.
fn joinLanes(own: State, size: u32) -> State {
  var all = own;
  for (var reach = size / 2u; reach > 0u; reach /= 2u) {
    all = merge(all, shuffleState(all, reach));
  }
  return all;
}`;
}

/**
 * Merges the states of the threads of each line, always in the same order, and stores the result in the variables: in those of
 * every thread if `forAll`, otherwise at least in those of the first one.
 */
export const writeJoin = (states: LineStates, usesSubgroups: boolean, forAll: boolean): string =>
  usesSubgroups ? joinInSubgroups(states) : joinInMemory(states, forAll);

function joinInMemory({ variables }: LineStates, forAll: boolean): string {
  const onShelf = (place: string, index: number): string =>
    `shelf[${variables.length === 1 ? place : `(${place}) * ${variables.length}u + ${index}u`}]`;
  const writeEach = (text: (variable: string, index: number) => string): string =>
    variables.map(text).join("\n      ");
  return `
  if (p.threads > 1u) {
    if (t < p.threads) {
      ${writeEach((variable, index) => `${onShelf("own", index)} = ${variable};`)}
    }
    workgroupBarrier();
    // From the largest power of two that is less than the number of threads.
    for (var reach = (1u << (32u - countLeadingZeros(p.threads - 1u))) >> 1u; reach > 0u; reach /= 2u) {
      if (t < reach && t + reach < p.threads) {
        ${writeEach((variable, index) => `${variable} = merge(${variable}, ${onShelf("own + reach * next", index)});`)}
        ${writeEach((variable, index) => `${onShelf("own", index)} = ${variable};`)}
      }
      workgroupBarrier();
    }
    ${forAll ? writeEach((variable, index) => `${variable} = ${onShelf("home", index)};`) : ""}
  }`;
}

/**
 * The first lane of each subgroup stores its state at its place, and each subgroup merges all of them in the same
 * order. A subgroup may begin anywhere: the other places contain the states of no elements, and if first lanes are
 * scattered, all places are read.
 */
function joinInSubgroups({ variables }: LineStates): string {
  const count = variables.length;
  const writeEach = (text: (variable: string, index: number) => string): string =>
    variables.map(text).join("\n  ");
  return `
  ${writeEach(
    (variable, index) => `${variable} = joinLanes(${variable}, size);
  if (lane > 0u) { ${variable} = initial(); }
  shelf[me * ${count}u + ${index}u] = ${variable};`,
  )}
  if (lane == 0u && me % size > 0u) { atomicStore(&isScattered, 1u); }
  workgroupBarrier();
  let step = select(size, 1u, atomicLoad(&isScattered) > 0u);
  ${writeEach((variable) => `${variable} = initial();`)}
  for (var k = lane * step; k < ${workgroupSize}u; k += size * step) {
    ${writeEach((variable, index) => `${variable} = merge(${variable}, shelf[k * ${count}u + ${index}u]);`)}
  }
  ${writeEach((variable) => `${variable} = broadcastState(joinLanes(${variable}, size));`)}`;
}
