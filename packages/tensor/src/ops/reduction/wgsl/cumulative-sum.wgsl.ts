import type { WgslKernel } from "../../../core/launch.ts";
import { wgslKernel } from "../../../core/wgsl.ts";
import { cutParameters, placeCode } from "./fold.wgsl.ts";
import type { LineLayout } from "./line-cut.ts";
import { workgroupSize } from "./line-cut.ts";

/** How a vector is added up: across lines its lanes have nothing to do with each other. */
const vectorCode = {
  lanes: `
fn ordered(v: Vector) -> Vector { return v; }
fn sums(v: Vector) -> Vector { return v; }
fn shifted(v: Vector) -> Vector { return Vector(); }
fn total(v: Vector) -> Total { return v; }`,
  along: `
fn ordered(v: Vector) -> Vector { return select(v, v.wzyx, p.reverse == 1u); }
fn sums(v: Vector) -> Vector { return vec4(v.x, v.x + v.y, v.x + v.y + v.z, v.x + v.y + v.z + v.w); }
fn shifted(v: Vector) -> Vector { return vec4(Total(), v.xyz); }
fn total(v: Vector) -> Total { return v.w; }`,
};

/** The sum of the parts before (behind, if reversed) is what a part begins with. */
const carryCode = `
  for (var k = t; k < p.parts; k += p.threads) {
    let isBefore = select(k < part, part < k, p.reverse == 1u);
    carry += select(Total(), states[k * p.lines + line], isBefore);
  }
  shelf[me] = carry;
  workgroupBarrier();
  for (var n = p.threads / 2u; n > 0u; n /= 2u) {
    if (t < n) { shelf[me] += shelf[me + n * next]; }
    workgroupBarrier();
  }
  carry = shelf[me - t * next];
  workgroupBarrier();`;

/**
 * Running sums along lines. The threads of a line take neighbouring steps, add up their totals in log2(threads) rounds
 * (Hillis and Steele), and go on behind them. Where lines are cut, operands begin with the sums of all parts.
 */
export function cumulativeSumKernel(type: "f32" | "u32", layout: LineLayout, isCut: boolean): WgslKernel {
  const vector = layout === "single" ? type : `vec4<${type}>`;
  const code = `
alias Vector = ${vector};
alias Total = ${layout === "along" ? type : vector};
struct Parameters { ${cutParameters.map((name) => `${name}: u32`).join(", ")}, reverse: u32, exclusive: u32 }
@group(1) @binding(0) var<uniform> p: Parameters;
var<workgroup> shelf: array<Total, ${workgroupSize}>;
${vectorCode[layout === "along" ? "along" : "lanes"]}
@compute @workgroup_size(${workgroupSize})
fn cumulativeSum(
  @builtin(local_invocation_index) me: u32,
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u
) {
  ${placeCode}
  var carry = Total();
  ${isCut ? carryCode : ""}
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
        let other = select(Total(), shelf[select(me, me - n * next, t >= n)], t >= n);
        workgroupBarrier();
        shelf[me] += other;
        workgroupBarrier();
      }
      before += select(Total(), shelf[select(me, me - next, t > 0u)], t > 0u);
      carry += shelf[me + (p.threads - 1u - t) * next];
      workgroupBarrier();
    }
    if (isIn) { y[at] = ordered(before + select(own, shifted(own), p.exclusive == 1u)); }
  }
}`;
  return wgslKernel({
    entry: "cumulativeSum",
    code,
    reads: { ...(isCut && { states: "Total" }), x: "Vector" },
    writes: { y: "Vector" },
    parameterTypes: [...cutParameters, "reverse", "exclusive"].map(() => "u32"),
  });
}
