// The first pass: sums of dz and of dz * (x - centre), where dz is the gradient of z, the value before the
// activation. The sign of z is that of y if y is given; otherwise z is recomputed by the same steps as in the forward
// pass. The pass also writes what later passes would have to recompute: dz, the gradient of the residual, and dx if
// the statistics do not depend on x.

import { activateGradient } from "../../pre-activation/wasm/activation.as";
import { affine } from "../../pre-activation/wasm/affine.as";
import { accumulate, loadLanes, storeLanes } from "../../cpu/lanes.as";

/** dz, given `sign`, a vector with the signs of z. */
@inline
function computeGradientOfZ(activation: i32, sign: v128, dy: v128, slope: v128): v128 {
  return activation ? activateGradient(activation, sign, dy, slope) : dy;
}

/** Writes the results of the first pass for a vector. */
@inline
function write(dz: usize, dx: usize, z: v128, factor: v128): void {
  if (dz) v128.store(dz, z);
  if (dx) v128.store(dx, f32x4.mul(z, factor));
}

/**
 * The first pass over one vector, or one to three `lanes` of it. The sum of the products lies `gap` bytes behind the
 * sum of dz.
 */
function sumOne(
  sums: usize, gap: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, lanes: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const distance = f32x4.sub(loadLanes(x, lanes), centre);
  const z = computeGradientOfZ(activation, y ? loadLanes(y, lanes) : affine(distance, factor, offset), loadLanes(dy, lanes), slope);
  accumulate(sums, z);
  accumulate(sums + gap, f32x4.mul(z, distance));
  if (dz) storeLanes(dz, z, lanes);
  if (dx) storeLanes(dx, f32x4.mul(z, factor), lanes);
}

export { computeGradientOfZ, write, sumOne };
