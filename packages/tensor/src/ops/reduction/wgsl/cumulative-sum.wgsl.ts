import type { LineLayout } from "./line-cut.ts";
import { writeJoin } from "./line-join.wgsl.ts";
import type { LineSchema, LineSetting, LineText } from "./line-kernel.wgsl.ts";

const operands = { states: "state", x: "element", y: "element" } as const;
const parameters = { reverse: "u32", exclusive: "u32" } as const;

/** The sums of all parts are an operand if lines are divided into parts. Signed and unsigned integers have the same code. */
export const makeCumulativeSumSchema = (
  element: "f32" | "u32",
): LineSchema<typeof operands, typeof parameters> => ({ element, operands, parameters });

/** The sums of the elements that are loaded at once; elements that are loaded across lines are independent. */
const writeLoaded = (layout: LineLayout): string =>
  layout === "along"
    ? `
fn ordered(v: Loaded) -> Loaded { return select(v, v.wzyx, p.reverse == 1u); }
fn sums(v: Loaded) -> Loaded { return vec4(v.x, v.x + v.y, v.x + v.y + v.z, v.x + v.y + v.z + v.w); }
fn shifted(v: Loaded) -> Loaded { return vec4(State(), v.xyz); }
fn last(v: Loaded) -> State { return v.w; }`
    : `
fn ordered(v: Loaded) -> Loaded { return v; }
fn sums(v: Loaded) -> Loaded { return v; }
fn shifted(v: Loaded) -> Loaded { return Loaded(); }
fn last(v: Loaded) -> State { return v; }`;

const states = { variables: ["carry"] };

/** A part begins with the sum of the parts before it (after it, if reversed). */
const writeCarry = (usesSubgroups: boolean): string => `
  for (var k = t; k < p.parts; k += p.threads) {
    let isBefore = select(k < part, part < k, p.reverse == 1u);
    carry += select(State(), states[k * p.lines + line], isBefore);
  }
  ${writeJoin(states, usesSubgroups, true)}
  workgroupBarrier();`;

/**
 * Running sums along lines. The threads of a line take neighbouring steps, add their totals in log2(threads) rounds
 * (Hillis and Steele), and continue with the next steps.
 */
export function writeCumulativeSumText({ walk, reads }: LineSetting): LineText {
  const isCut = reads.includes("states");
  return {
    states: isCut ? states : undefined,
    code: `
alias State = PerLine;
fn initial() -> State { return State(); }
fn merge(a: State, b: State) -> State { return a + b; }
${writeLoaded(walk.layout)}
${isCut ? "" : "var<workgroup> shelf: array<State, 256>;"}`,
    body: `
  var carry = State();
  ${isCut ? writeCarry(walk.usesSubgroups) : ""}
  let first = part * p.partSteps;
  for (var round = first; round < first + p.partSteps; round += p.threads) {
    let step = round + t;
    let isIn = step < end;
    let to = start + select(0u, select(step, first + end - 1u - step, p.reverse == 1u), isIn) * p.side;
    let all = sums(ordered(select(Loaded(), x[to], isIn)));
    var before = carry;
    if (p.threads == 1u) {
      carry += last(all);
    } else {
      shelf[own] = last(all);
      workgroupBarrier();
      for (var n = 1u; n < p.threads; n *= 2u) {
        let other = select(State(), shelf[select(own, own - n * next, t >= n)], t >= n);
        workgroupBarrier();
        shelf[own] += other;
        workgroupBarrier();
      }
      before += select(State(), shelf[select(own, own - next, t > 0u)], t > 0u);
      carry += shelf[home + (p.threads - 1u) * next];
      workgroupBarrier();
    }
    if (isIn) { y[to] = ordered(before + select(all, shifted(all), p.exclusive == 1u)); }
  }`,
  };
}
