// The second pass, when the sums are known: dx = factor * dz + linear * (x - centre) + constant.

import { activateGradient } from "../../pre-activation/wasm/activation.as";
import { ActivationCodes } from "../../pre-activation/wasm/activation.kernels.as";
import { affine } from "../../pre-activation/wasm/affine.as";
import { loadLanes, madd, storeLanes } from "../../cpu/lanes.as";

@inline
function computeGradientOfX(dz: v128, distance: v128, factor: v128, linear: v128, constant: v128): v128 {
  return madd(madd(constant, distance, linear), dz, factor);
}

/** Four vectors, `step` bytes apart, with one branch for all of them. */
@inline
function applyFour(
  dx: usize, dy: usize, x: usize, step: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  const d0 = f32x4.sub(v128.load(x), centre), d1 = f32x4.sub(v128.load(x + step), centre);
  const d2 = f32x4.sub(v128.load(x + 2 * step), centre), d3 = f32x4.sub(v128.load(x + 3 * step), centre);
  let z0 = v128.load(dy), z1 = v128.load(dy + step), z2 = v128.load(dy + 2 * step), z3 = v128.load(dy + 3 * step);
  if (activation == ActivationCodes.relu) {
    z0 = activateGradient(ActivationCodes.relu, affine(d0, factor, offset), z0, slope);
    z1 = activateGradient(ActivationCodes.relu, affine(d1, factor, offset), z1, slope);
    z2 = activateGradient(ActivationCodes.relu, affine(d2, factor, offset), z2, slope);
    z3 = activateGradient(ActivationCodes.relu, affine(d3, factor, offset), z3, slope);
  } else if (activation) {
    z0 = activateGradient(ActivationCodes.leakyRelu, affine(d0, factor, offset), z0, slope);
    z1 = activateGradient(ActivationCodes.leakyRelu, affine(d1, factor, offset), z1, slope);
    z2 = activateGradient(ActivationCodes.leakyRelu, affine(d2, factor, offset), z2, slope);
    z3 = activateGradient(ActivationCodes.leakyRelu, affine(d3, factor, offset), z3, slope);
  }
  v128.store(dx, computeGradientOfX(z0, d0, factor, linear, constant));
  v128.store(dx + step, computeGradientOfX(z1, d1, factor, linear, constant));
  v128.store(dx + 2 * step, computeGradientOfX(z2, d2, factor, linear, constant));
  v128.store(dx + 3 * step, computeGradientOfX(z3, d3, factor, linear, constant));
}

/** One vector, or one to three `lanes` of it. */
function applyOne(
  dx: usize, dy: usize, x: usize, lanes: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  const distance = f32x4.sub(loadLanes(x, lanes), centre);
  let z = loadLanes(dy, lanes);
  if (activation) z = activateGradient(activation, affine(distance, factor, offset), z, slope);
  storeLanes(dx, computeGradientOfX(z, distance, factor, linear, constant), lanes);
}

export { applyFour, applyOne };
