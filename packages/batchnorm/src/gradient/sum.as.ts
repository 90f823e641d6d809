// The first pass: sums of dz and of dz * (x - centre), where dz is the gradient of z, the value before the activation. Its sign is
// that of y where y is given, and otherwise of z, computed again by the very steps of the forward pass. On the way go out what
// later passes would make again: dz, the gradient of the residual, and dx where the statistics do not depend on x.

import { activateGradient, leakyRelu, relu } from "../kernels/activation.as";
import { affine } from "../kernels/affine.as";
import { accumulate, loadLanes, storeLanes, sum4 } from "../kernels/lanes.as";

@inline
function basis(y: usize, x: v128, centre: v128, factor: v128, offset: v128): v128 {
  return y ? v128.load(y) : affine(x, centre, factor, offset);
}

/** Four vectors, `step` bytes apart: branches are taken once for all. The products' sum lies `gap` bytes behind that of dz. */
@inline
function sumFour(
  sums: usize, gap: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, step: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const x0 = v128.load(x), x1 = v128.load(x + step), x2 = v128.load(x + 2 * step), x3 = v128.load(x + 3 * step);
  let z0 = v128.load(dy), z1 = v128.load(dy + step), z2 = v128.load(dy + 2 * step), z3 = v128.load(dy + 3 * step);
  if (activation) {
    const b0 = basis(y, x0, centre, factor, offset);
    const b1 = basis(y ? y + step : 0, x1, centre, factor, offset);
    const b2 = basis(y ? y + 2 * step : 0, x2, centre, factor, offset);
    const b3 = basis(y ? y + 3 * step : 0, x3, centre, factor, offset);
    if (activation == relu) {
      z0 = activateGradient(relu, b0, z0, slope);
      z1 = activateGradient(relu, b1, z1, slope);
      z2 = activateGradient(relu, b2, z2, slope);
      z3 = activateGradient(relu, b3, z3, slope);
    } else {
      z0 = activateGradient(leakyRelu, b0, z0, slope);
      z1 = activateGradient(leakyRelu, b1, z1, slope);
      z2 = activateGradient(leakyRelu, b2, z2, slope);
      z3 = activateGradient(leakyRelu, b3, z3, slope);
    }
  }
  accumulate(sums, sum4(z0, z1, z2, z3));
  accumulate(sums + gap, sum4(
    f32x4.mul(z0, f32x4.sub(x0, centre)), f32x4.mul(z1, f32x4.sub(x1, centre)),
    f32x4.mul(z2, f32x4.sub(x2, centre)), f32x4.mul(z3, f32x4.sub(x3, centre)),
  ));
  if (dz) {
    v128.store(dz, z0);
    v128.store(dz + step, z1);
    v128.store(dz + 2 * step, z2);
    v128.store(dz + 3 * step, z3);
  }
  if (dx) {
    v128.store(dx, f32x4.mul(z0, factor));
    v128.store(dx + step, f32x4.mul(z1, factor));
    v128.store(dx + 2 * step, f32x4.mul(z2, factor));
    v128.store(dx + 3 * step, f32x4.mul(z3, factor));
  }
}

/** One vector, or one to three `lanes` of it. */
function sumOne(
  sums: usize, gap: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, lanes: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const value = loadLanes(x, lanes);
  let z = loadLanes(dy, lanes);
  if (activation) z = activateGradient(activation, y ? loadLanes(y, lanes) : affine(value, centre, factor, offset), z, slope);
  accumulate(sums, z);
  accumulate(sums + gap, f32x4.mul(z, f32x4.sub(value, centre)));
  if (dz) storeLanes(dz, z, lanes);
  if (dx) storeLanes(dx, f32x4.mul(z, factor), lanes);
}

export { sumFour, sumOne };
