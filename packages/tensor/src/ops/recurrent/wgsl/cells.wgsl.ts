import type { WgslKernel } from "../../../core/devices/launch.ts";
import { makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "../../movement/wgsl/invocations.ts";
import { finiteCode } from "../../reduction/wgsl/finite.wgsl.ts";
import { exponentialCode } from "../../softmax/wgsl/exponential.wgsl.ts";

/**
 * The functions of gates, accurate to a few ULP: WGSL grants tanh only an absolute error of 1e-5. NaN stays. `gateAt` is the first of the
 * `count` gates of a unit, which are `p.size` apart.
 */
const gateCode = `${exponentialCode}${finiteCode}
fn orNan(y: f32, x: f32) -> f32 { return bitcast<f32>(bitsOrNan(y, !isNan(x))); }
fn squash(x: f32) -> f32 { return orNan(1f / (1f + computeExp(-x)), x); }
fn squashSlope(y: f32) -> f32 { return y * (1f - y); }
fn bend(x: f32) -> f32 {
  let size = abs(x);
  let z = x * x;
  var q = fma(z, -5.70498872745e-3f, 2.06390887954e-2f);
  q = fma(z, fma(z, fma(z, q, -5.37397155531e-2f), 1.33314422036e-1f), -3.33332819422e-1f);
  let far = sign(x) * (1f - 2f / (computeExp(2f * size) + 1f));
  return orNan(select(far, fma(x * z, q, x), size < 0.625f), x);
}
fn bendSlope(y: f32) -> f32 { return 1f - y * y; }
fn gateAt(at: u32, count: u32) -> u32 { return at / p.size * p.size * count + at % p.size; }`;

const lstmCell = {
  reads: { gates: "f32", c: "f32" },
  writes: { h: "f32", next: "f32" },
  parameters: { count: "u32", size: "u32" },
} as const;

const lstmGates = `let first = gateAt(at, 4u);
  let i = squash(gates[first]);
  let f = squash(gates[first + p.size]);
  let g = bend(gates[first + 2u * p.size]);
  let o = squash(gates[first + 3u * p.size]);
  let before = c[at];
  let memory = f * before + i * g;`;

/** An invocation computes one unit. */
export const writeLstmCellKernel = (): WgslKernel<typeof lstmCell> =>
  makeWgslKernel({
    entry: "lstmCell",
    schema: lstmCell,
    code: `${gateCode}${writeInvocationEntry(
      "lstmCell",
      `${lstmGates}
  next[at] = memory;
  h[at] = o * bend(memory);`,
    )}`,
  });

const lstmCellGradient = {
  reads: { gates: "f32", c: "f32", dh: "f32", dNext: "f32" },
  writes: { dGates: "f32", dc: "f32" },
  parameters: { count: "u32", size: "u32" },
} as const;

export const writeLstmCellGradientKernel = (): WgslKernel<typeof lstmCellGradient> =>
  makeWgslKernel({
    entry: "lstmCellGradient",
    schema: lstmCellGradient,
    code: `${gateCode}${writeInvocationEntry(
      "lstmCellGradient",
      `${lstmGates}
  let shown = bend(memory);
  let slope = dh[at];
  let ofMemory = dNext[at] + slope * o * bendSlope(shown);
  dGates[first] = ofMemory * g * squashSlope(i);
  dGates[first + p.size] = ofMemory * before * squashSlope(f);
  dGates[first + 2u * p.size] = ofMemory * i * bendSlope(g);
  dGates[first + 3u * p.size] = slope * shown * squashSlope(o);
  dc[at] = ofMemory * f;`,
    )}`,
  });

const gruCell = {
  reads: { x: "f32", hidden: "f32", h: "f32" },
  writes: { y: "f32" },
  parameters: { count: "u32", size: "u32" },
} as const;

const gruGates = `let first = gateAt(at, 3u);
  let kept = hidden[first + 2u * p.size];
  let r = squash(x[first] + hidden[first]);
  let z = squash(x[first + p.size] + hidden[first + p.size]);
  let n = bend(x[first + 2u * p.size] + r * kept);`;

export const writeGruCellKernel = (): WgslKernel<typeof gruCell> =>
  makeWgslKernel({
    entry: "gruCell",
    schema: gruCell,
    code: `${gateCode}${writeInvocationEntry(
      "gruCell",
      `${gruGates}
  y[at] = n + z * (h[at] - n);`,
    )}`,
  });

const gruCellGradient = {
  reads: { x: "f32", hidden: "f32", h: "f32", dy: "f32" },
  writes: { dx: "f32", dHidden: "f32", dh: "f32" },
  parameters: { count: "u32", size: "u32" },
} as const;

export const writeGruCellGradientKernel = (): WgslKernel<typeof gruCellGradient> =>
  makeWgslKernel({
    entry: "gruCellGradient",
    schema: gruCellGradient,
    code: `${gateCode}${writeInvocationEntry(
      "gruCellGradient",
      `${gruGates}
  let slope = dy[at];
  let ofN = slope * (1f - z) * bendSlope(n);
  let ofR = ofN * kept * squashSlope(r);
  let ofZ = slope * (h[at] - n) * squashSlope(z);
  dx[first] = ofR;
  dx[first + p.size] = ofZ;
  dx[first + 2u * p.size] = ofN;
  dHidden[first] = ofR;
  dHidden[first + p.size] = ofZ;
  dHidden[first + 2u * p.size] = ofN * r;
  dh[at] = slope * z;`,
    )}`,
  });
