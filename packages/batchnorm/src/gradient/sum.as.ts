// The first pass: sums of dz and of dz * (x - centre), where dz is the gradient of z, the value before the activation. Its sign is
// that of y where y is given, and otherwise of z, computed again by the very steps of the forward pass. On the way go out what
// later passes would make again: dz, the gradient of the residual, and dx where the statistics do not depend on x.

import { activateGradient } from "../kernels/activation.as";
import { affine } from "../kernels/affine.as";
import { accumulate, loadLanes, storeLanes, sum4 } from "../kernels/lanes.as";

/** dz, with the sign of `y` where it is given: a vector, or the first `lanes` of it. */
@inline
function gradientOfZ(
  activation: i32, y: usize, lanes: usize, x: v128, dy: v128, centre: v128, factor: v128, offset: v128, slope: v128,
): v128 {
  if (!activation) return dy;
  return activateGradient(activation, y ? loadLanes(y, lanes) : affine(x, centre, factor, offset), dy, slope);
}

@inline
function storeFour(to: usize, step: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, a);
  v128.store(to + step, b);
  v128.store(to + 2 * step, c);
  v128.store(to + 3 * step, d);
}

/** What the first pass writes of four vectors, `step` bytes apart. */
@inline
function writeFour(dz: usize, dx: usize, step: usize, z0: v128, z1: v128, z2: v128, z3: v128, factor: v128): void {
  if (dz) storeFour(dz, step, z0, z1, z2, z3);
  if (dx) storeFour(dx, step, f32x4.mul(z0, factor), f32x4.mul(z1, factor), f32x4.mul(z2, factor), f32x4.mul(z3, factor));
}

/** The sum of z * (x - centre) over four vectors. */
@inline
function products(
  z0: v128, z1: v128, z2: v128, z3: v128, x0: v128, x1: v128, x2: v128, x3: v128, centre: v128,
): v128 {
  return sum4(
    f32x4.mul(z0, f32x4.sub(x0, centre)), f32x4.mul(z1, f32x4.sub(x1, centre)),
    f32x4.mul(z2, f32x4.sub(x2, centre)), f32x4.mul(z3, f32x4.sub(x3, centre)),
  );
}

/** The first pass over one vector, or one to three `lanes` of it. The products' sum lies `gap` bytes behind that of dz. */
function sumOne(
  sums: usize, gap: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, lanes: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const value = loadLanes(x, lanes);
  const z = gradientOfZ(activation, y, lanes, value, loadLanes(dy, lanes), centre, factor, offset, slope);
  accumulate(sums, z);
  accumulate(sums + gap, f32x4.mul(z, f32x4.sub(value, centre)));
  if (dz) storeLanes(dz, z, lanes);
  if (dx) storeLanes(dx, f32x4.mul(z, factor), lanes);
}

export { gradientOfZ, writeFour, products, sumOne };
