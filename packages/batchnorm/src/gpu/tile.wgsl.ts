import type { Activation, WgslOperands } from "@evenkeel/tensor";
import type { FloatElements, LineLayout, LineStates, LineThreads } from "@evenkeel/tensor/wgsl";
import { floatElementsSource, joinSource, joinText, lineEntry } from "@evenkeel/tensor/wgsl";

/** Parameters of all kernels, in order; those that a kernel does not need are 0. */
export type WholeNumber =
  | ("channels" | "inner" | "positions" | "span" | "run" | "members")
  | ("blocks" | "splits" | "share" | "parts" | "second" | "third" | "bits");
export type Fraction = "epsilon" | "slope" | "momentum" | "count";

const wholeNumbers: readonly WholeNumber[] = [
  "channels",
  "inner",
  "positions",
  "span",
  "run",
  "members",
  "blocks",
  "splits",
  "share",
  "parts",
  "second",
  "third",
  "bits",
];
const fractions: readonly Fraction[] = ["epsilon", "slope", "momentum", "count"];

export const parameterNames: readonly (WholeNumber | Fraction)[] = [...wholeNumbers, ...fractions];
export const parameterTypes: readonly ("u32" | "f32")[] = [
  ...wholeNumbers.map(() => "u32" as const),
  ...fractions.map(() => "f32" as const),
];

/** Operands with a unit at every position; the others have one for every channel, in f32. */
const tensors = ["x", "residual", "y", "dy", "dx", "dz"];

/** What a kernel's code is made for. */
export interface TileSetting {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** How tensors are stored. */
  readonly elements: FloatElements;
  /** Whether members join in subgroups first: a channel then has the whole workgroup. */
  readonly subgroups: boolean;
}

/** What invocations know of a channel: the fields of `State`, each for all channels of an invocation, and `merge`, which joins two. */
export interface StateCode {
  readonly fields: readonly string[];
  readonly code: string;
}

/** The text for each load of a tile. */
export const each = (loads: number, text: (index: number) => string): string =>
  Array.from({ length: loads }, (_, index) => text(index)).join("");

/** The operands of a kernel, in order. */
export const declareOperands = (names: readonly string[], { type }: FloatElements): WgslOperands =>
  Object.fromEntries(names.map((name) => [name, tensors.includes(name) ? type : "PerChannel"]));

/** An invocation keeps its state in `all`. */
const statesOf = ({ fields }: StateCode, { subgroups }: TileSetting): LineStates => ({
  variables: ["all"],
  fields,
  usesSubgroups: subgroups,
});

const membersOfChannel: LineThreads = {
  thread: "member",
  threads: "p.members",
  home: "slot * p.members",
  spacing: "1u",
};

/** `Loaded` is what an invocation loads and `PerChannel` what belongs to its channels: arithmetic of the two needs no conversion. */
function head(unit: LineLayout, state: StateCode, setting: TileSetting): string {
  const fields = parameterNames.map((name, index) => `${name}: ${parameterTypes[index]}`);
  return `
${floatElementsSource(setting.elements)}
alias Loaded = ${unit === "single" ? "f32" : "vec4f"};
alias PerChannel = ${unit === "across" ? "vec4f" : "f32"};
alias BitsPerChannel = ${unit === "across" ? "vec4u" : "u32"};
struct Parameters { ${fields.join(", ")} }
@group(1) @binding(0) var<uniform> p: Parameters;
struct State { ${state.fields.map((field) => `${field}: PerChannel`).join(", ")} }
${state.code}
fn initial() -> State { return State(); }
${joinSource(statesOf(state, setting))}
fn total(v: Loaded) -> PerChannel { return ${unit === "along" ? "v.x + v.y + v.z + v.w" : "v"}; }
fn orOne(n: PerChannel) -> PerChannel { return select(n, PerChannel(1f), n == PerChannel()); }
fn inverseStdOf(n: PerChannel, m2: PerChannel) -> PerChannel {
  let v = m2 / orOne(n) + p.epsilon;
  return select(inverseSqrt(v), PerChannel(), v == PerChannel());
}`;
}

/** A kernel: `body` finds its channels and its first position, whose place `load` reads and advances. */
export const tileCode = (
  unit: LineLayout,
  entry: string,
  state: StateCode,
  setting: TileSetting,
  body: string,
): string => `${head(unit, state, setting)}
${lineEntry(
  entry,
  setting.subgroups,
  `
  let place = group.x + group.y * groups.x;
  let split = place / p.blocks;
  let side = p.span * p.run;
  let slot = me % side / p.run;
  let member = me / side * p.run + me % p.run;
  let mine = place % p.blocks * p.span + slot;
  let works = member < p.members && mine < p.channels && split < p.splits;
  let channel = min(mine, p.channels - 1u);
  let first = channel * p.inner;
  let stride = p.channels * p.inner;
  let begin = split * p.share + member;
  let end = select(0u, min((split + 1u) * p.share, p.positions), works);
  var at = begin;
  var row = at / p.inner;
  var column = at % p.inner;
  let rows = p.members / p.inner;
  let columns = p.members % p.inner;
  ${body}`,
)}`;

/** Load `n`: whether its position is one of the workgroup's, `in`, its place, `to`, and what `values` read from there. */
export const load = (n: number, values: string): string => `
  let in${n} = at < end;
  let to${n} = select(first, first + row * stride + column, in${n});
  ${values}
  at += p.members;
  row += rows;
  column += columns;
  if (column >= p.inner) {
    column -= p.inner;
    row += 1u;
  }`;

/** Repeats tiles until the positions of the workgroup end. */
export const tiles = (tile: string): string => `
  while (at < end) {
    ${tile}
  }`;

export const rewind = `
  at = begin;
  row = at / p.inner;
  column = at % p.inner;`;

/** Joins `all` of each member, always in the same order, and gives it the name `result`. */
export const joinMembers = (result: string, state: StateCode, setting: TileSetting): string => `
  ${joinText(statesOf(state, setting), membersOfChannel, true)}
  let ${result} = all;`;

/**
 * Statistics as `found`, with a mean that counts from `pivot`, give z = (x - centre) * factor + offset: centre is the mean as
 * f32, or NaN where M2 is NaN, and what that cuts off is its `rest`, by Knuth's sum of two numbers. The mask that the device cannot know keeps
 * compilers that reassociate from taking the rest for 0. Forward and backward passes compute z here, with the same bits.
 */
export const coefficients = (hasScale: boolean, hasShift: boolean): string => `
  let centre = bitcast<PerChannel>(
    bitcast<BitsPerChannel>(select(found.m2, pivot + found.mean, found.m2 == found.m2)) & BitsPerChannel(p.bits)
  );
  let beyond = centre - pivot;
  let rest = (pivot - (centre - beyond)) + (found.mean - beyond);
  let inverseStd = inverseStdOf(found.n, found.m2);
  let factor = inverseStd${hasScale ? " * scale[channel]" : ""};
  let offset = fma(-rest, factor, ${hasShift ? "shift[channel]" : "PerChannel()"});`;

/** `value`, multiplied by the slope of the activation where `basis` is at most 0. NaN counts as above 0. */
export function activatedText(activation: Activation, basis: string, value: string): string {
  if (activation === "none") return value;
  const isRelu = activation === "relu" || activation.leakyRelu === 0;
  return `select(${value}, ${isRelu ? "Loaded()" : `${value} * p.slope`}, ${basis} <= Loaded())`;
}

/** A row of statistics, for a channel: count, mean, what f32 cuts off the mean, or M2 of one of several parts. */
export const rowOfPart = (name: string, part: string, row: number): string =>
  `${name}[(${part} * 4u + ${row}u) * p.channels + channel]`;

/** Statistics that are complete. */
export const statisticsGiven = (name: string): string => `
  let pivot = ${rowOfPart(name, "0u", 1)};
  let found = Given(${[0, 2, 3].map((row) => rowOfPart(name, "0u", row)).join(", ")});`;
