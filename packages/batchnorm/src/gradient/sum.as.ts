// The first pass: sums of dz and of dz * (x - centre), where dz is the gradient of z, the value before the activation. Its sign is
// that of y where y is given, and otherwise of z, computed again by the very steps of the forward pass. On the way go out what
// later passes would make again: dz, the gradient of the residual, and dx where the statistics do not depend on x.

import { activateGradient } from "../pre-activation/activation.as";
import { affine } from "../pre-activation/affine.as";
import { accumulate, loadLanes, storeLanes } from "../cpu/lanes.as";

/** dz, where z or what was made of it is `sign`. */
@inline
function gradientOfZ(activation: i32, sign: v128, dy: v128, slope: v128): v128 {
  return activation ? activateGradient(activation, sign, dy, slope) : dy;
}

/** What the first pass writes of a vector. */
@inline
function write(dz: usize, dx: usize, z: v128, factor: v128): void {
  if (dz) v128.store(dz, z);
  if (dx) v128.store(dx, f32x4.mul(z, factor));
}

/** The first pass over one vector, or one to three `lanes` of it. The products' sum lies `gap` bytes behind that of dz. */
function sumOne(
  sums: usize, gap: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, lanes: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const distance = f32x4.sub(loadLanes(x, lanes), centre);
  const z = gradientOfZ(activation, y ? loadLanes(y, lanes) : affine(distance, factor, offset), loadLanes(dy, lanes), slope);
  accumulate(sums, z);
  accumulate(sums + gap, f32x4.mul(z, distance));
  if (dz) storeLanes(dz, z, lanes);
  if (dx) storeLanes(dx, f32x4.mul(z, factor), lanes);
}

export { gradientOfZ, write, sumOne };
