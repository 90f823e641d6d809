// The second pass, when the sums are known: dx = factor * (dz + linear * (x - centre) + constant).

import { activateGradient, leakyRelu, relu } from "../kernels/activation.as";
import { affine } from "../kernels/affine.as";
import { loadLanes, storeLanes } from "../kernels/lanes.as";

@inline
function gradientOfX(dz: v128, x: v128, centre: v128, factor: v128, linear: v128, constant: v128): v128 {
  const correction = f32x4.add(f32x4.mul(f32x4.sub(x, centre), linear), constant);
  return f32x4.mul(f32x4.add(dz, correction), factor);
}

/** Four vectors, `step` bytes apart: branches are taken once for all. */
@inline
function applyFour(
  dx: usize, dy: usize, x: usize, step: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  const x0 = v128.load(x), x1 = v128.load(x + step), x2 = v128.load(x + 2 * step), x3 = v128.load(x + 3 * step);
  let z0 = v128.load(dy), z1 = v128.load(dy + step), z2 = v128.load(dy + 2 * step), z3 = v128.load(dy + 3 * step);
  if (activation == relu) {
    z0 = activateGradient(relu, affine(x0, centre, factor, offset), z0, slope);
    z1 = activateGradient(relu, affine(x1, centre, factor, offset), z1, slope);
    z2 = activateGradient(relu, affine(x2, centre, factor, offset), z2, slope);
    z3 = activateGradient(relu, affine(x3, centre, factor, offset), z3, slope);
  } else if (activation) {
    z0 = activateGradient(leakyRelu, affine(x0, centre, factor, offset), z0, slope);
    z1 = activateGradient(leakyRelu, affine(x1, centre, factor, offset), z1, slope);
    z2 = activateGradient(leakyRelu, affine(x2, centre, factor, offset), z2, slope);
    z3 = activateGradient(leakyRelu, affine(x3, centre, factor, offset), z3, slope);
  }
  v128.store(dx, gradientOfX(z0, x0, centre, factor, linear, constant));
  v128.store(dx + step, gradientOfX(z1, x1, centre, factor, linear, constant));
  v128.store(dx + 2 * step, gradientOfX(z2, x2, centre, factor, linear, constant));
  v128.store(dx + 3 * step, gradientOfX(z3, x3, centre, factor, linear, constant));
}

/** One vector, or one to three `lanes` of it. */
function applyOne(
  dx: usize, dy: usize, x: usize, lanes: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  const value = loadLanes(x, lanes);
  let z = loadLanes(dy, lanes);
  if (activation) z = activateGradient(activation, affine(value, centre, factor, offset), z, slope);
  storeLanes(dx, gradientOfX(z, value, centre, factor, linear, constant), lanes);
}

export { applyFour, applyOne };
