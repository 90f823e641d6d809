import type { Activation } from "@evenkeel/tensor";
import type { LineSetting, LineText } from "@evenkeel/tensor/wgsl";
import { writeJoin } from "@evenkeel/tensor/wgsl";

/**
 * The state of a channel, which each thread has in a variable `all`: the fields of `State`, each for all channels of a
 * load, and `merge`, which merges two states. The code declares `Given`, the count, mean and M2 of statistics.
 */
export interface ChannelState {
  readonly fields: readonly string[];
  readonly code: string;
}

/** The value of the parameter `bits`, which compilers cannot know. */
export const allBits = 0xffffffff;

const variables = ["all"];

/** The text of a kernel whose threads have this state, which they merge if `joins` is true. */
export const writeChannelText = (
  { fields, code }: ChannelState,
  { walk }: LineSetting,
  body: string,
  joins = true,
): LineText => ({
  states: joins ? { variables, fields } : undefined,
  code: `
alias BitsPerLine = ${walk.layout === "across" ? "vec4u" : "u32"};
struct State { ${fields.map((field) => `${field}: PerLine`).join(", ")} }
fn initial() -> State { return State(); }
fn orOne(n: PerLine) -> PerLine { return select(n, PerLine(1f), n == PerLine()); }
${code}`,
  body,
});

/** Merges the states of all threads, always in the same order, and names the result `result`. */
export const joinAll = (result: string, { fields }: ChannelState, { walk }: LineSetting): string => `
  ${writeJoin({ variables, fields }, walk.usesSubgroups, true)}
  let ${result} = all;`;

/**
 * The mean of statistics as `found`, which counts from `pivot`: centre is the mean as f32, or NaN where M2 is NaN, and
 * the part that this rounding loses is its `rest`, by Knuth's sum of two numbers. The mask prevents compilers that
 * reassociate from replacing the rest with 0.
 */
export const centreText = `
  let centre = bitcast<PerLine>(
    bitcast<BitsPerLine>(select(found.m2, pivot + found.mean, found.m2 == found.m2)) & BitsPerLine(p.bits)
  );
  let beyond = centre - pivot;
  let rest = (pivot - (centre - beyond)) + (found.mean - beyond);`;

/** Statistics give z = (x - centre) * factor + offset. Forward and backward passes compute z here, with the same bits. */
export const writeCoefficients = (hasScale: boolean, hasShift: boolean): string => `${centreText}
  let variance = found.m2 / orOne(found.n) + p.epsilon;
  let inverseStd = select(inverseSqrt(variance), PerLine(), variance == PerLine());
  let factor = inverseStd${hasScale ? " * scale[line]" : ""};
  let offset = fma(-rest, factor, ${hasShift ? "shift[line]" : "PerLine()"});`;

/** `value`, multiplied by the slope of the activation where `basis` is at most 0. NaN counts as above 0. */
export function writeActivated(activation: Activation, basis: string, value: string): string {
  if (activation === "none") return value;
  const isRelu = activation === "relu" || activation.leakyRelu === 0;
  return `select(${value}, ${isRelu ? "Loaded()" : `${value} * p.slope`}, ${basis} <= Loaded())`;
}

/** A row of statistics for a channel: the count, the mean, the rest of the mean, or M2 of one of several parts. */
export const writeRowOfPart = (name: string, part: string, row: number): string =>
  `${name}[(${part} * 4u + ${row}u) * p.lines + line]`;

/** Statistics that are complete. */
export const writeGivenStatistics = (name: string): string => `
  let pivot = ${writeRowOfPart(name, "0u", 1)};
  let found = Given(${[0, 2, 3].map((row) => writeRowOfPart(name, "0u", row)).join(", ")});`;
