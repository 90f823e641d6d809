import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, wgslKernel } from "../../../core/plans/wgsl.ts";
import { cutParameters, placeCode, threadsOfPlace } from "./fold.wgsl.ts";
import type { LineLayout } from "./line-cut.ts";
import type { LineStates } from "./line-kernel.wgsl.ts";
import { joinSource, joinText, lineEntry, subgroupExtensions } from "./line-kernel.wgsl.ts";

/** How a vector is added up: across lines its lanes have nothing to do with each other. */
const vectorCode = {
  lanes: `
fn ordered(v: Vector) -> Vector { return v; }
fn sums(v: Vector) -> Vector { return v; }
fn shifted(v: Vector) -> Vector { return Vector(); }
fn total(v: Vector) -> State { return v; }`,
  along: `
fn ordered(v: Vector) -> Vector { return select(v, v.wzyx, p.reverse == 1u); }
fn sums(v: Vector) -> Vector { return vec4(v.x, v.x + v.y, v.x + v.y + v.z, v.x + v.y + v.z + v.w); }
fn shifted(v: Vector) -> Vector { return vec4(State(), v.xyz); }
fn total(v: Vector) -> State { return v.w; }`,
};

/** The sum of the parts before (behind, if reversed) is what a part begins with. */
const carryText = (states: LineStates): string => `
  for (var k = t; k < p.parts; k += p.threads) {
    let isBefore = select(k < part, part < k, p.reverse == 1u);
    carry += select(State(), states[k * p.lines + line], isBefore);
  }
  ${joinText(states, threadsOfPlace, true)}
  workgroupBarrier();`;

const cumulativeSum = {
  reads: { "states?": "State", x: "Vector" },
  writes: { y: "Vector" },
  parameters: { reverse: "u32", exclusive: "u32" },
} as const;

const ofCut = {
  parameters: Object.fromEntries(cutParameters.map((name) => [name, "u32"])),
} as { readonly parameters: { readonly [Name in (typeof cutParameters)[number]]: "u32" } };

/**
 * Running sums along lines. The threads of a line take neighbouring steps, add up their totals in log2(threads) rounds
 * (Hillis and Steele), and go on behind them. Where lines are cut, operands begin with the sums of all parts.
 */
export function cumulativeSumKernel(
  type: "f32" | "u32",
  layout: LineLayout,
  isCut: boolean,
  usesSubgroups: boolean,
): WgslKernel<typeof cumulativeSum & typeof ofCut> {
  const vector = layout === "single" ? type : `vec4<${type}>`;
  const states: LineStates = { variables: ["carry"], usesSubgroups };
  const body = `${placeCode}
  var carry = State();
  ${isCut ? carryText(states) : ""}
  for (var round = 0u; round < p.partSteps; round += p.threads) {
    let k = round + t;
    let isIn = k < count;
    let at = start + (first + select(k, count - 1u - k, p.reverse == 1u && isIn)) * p.inner;
    let own = sums(ordered(select(Vector(), x[at], isIn)));
    var before = carry;
    if (p.threads == 1u) {
      carry += total(own);
    } else {
      shelf[me] = total(own);
      workgroupBarrier();
      for (var n = 1u; n < p.threads; n *= 2u) {
        let other = select(State(), shelf[select(me, me - n * next, t >= n)], t >= n);
        workgroupBarrier();
        shelf[me] += other;
        workgroupBarrier();
      }
      before += select(State(), shelf[select(me, me - next, t > 0u)], t > 0u);
      carry += shelf[me + (p.threads - 1u - t) * next];
      workgroupBarrier();
    }
    if (isIn) { y[at] = ordered(before + select(own, shifted(own), p.exclusive == 1u)); }
  }`;
  const code = `
alias Vector = ${vector};
alias State = ${layout === "along" ? type : vector};
fn initial() -> State { return State(); }
fn merge(a: State, b: State) -> State { return a + b; }
${vectorCode[layout === "along" ? "along" : "lanes"]}
${joinSource(states)}
${lineEntry("cumulativeSum", usesSubgroups, body)}`;
  const schema = joinSchemas(cumulativeSum, ofCut);
  return wgslKernel({ entry: "cumulativeSum", schema, code, extensions: subgroupExtensions(usesSubgroups) });
}
