import { activate } from "../../pre-activation/wasm/activation.as";
import { ActivationCodes } from "../../pre-activation/wasm/activation.kernels.as";
import { affine } from "../../pre-activation/wasm/affine.as";
import { loadLanes, storeLanes } from "../../cpu/lanes.as";

/** Four vectors of y, `step` bytes apart, with one branch for all of them. */
@inline
function applyFour(
  y: usize, x: usize, residual: usize, step: usize, activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  let a = affine(f32x4.sub(v128.load(x), centre), factor, offset);
  let b = affine(f32x4.sub(v128.load(x + step), centre), factor, offset);
  let c = affine(f32x4.sub(v128.load(x + 2 * step), centre), factor, offset);
  let d = affine(f32x4.sub(v128.load(x + 3 * step), centre), factor, offset);
  if (residual) {
    a = f32x4.add(a, v128.load(residual));
    b = f32x4.add(b, v128.load(residual + step));
    c = f32x4.add(c, v128.load(residual + 2 * step));
    d = f32x4.add(d, v128.load(residual + 3 * step));
  }
  if (activation == ActivationCodes.relu) {
    a = activate(ActivationCodes.relu, a, slope);
    b = activate(ActivationCodes.relu, b, slope);
    c = activate(ActivationCodes.relu, c, slope);
    d = activate(ActivationCodes.relu, d, slope);
  } else if (activation) {
    a = activate(ActivationCodes.leakyRelu, a, slope);
    b = activate(ActivationCodes.leakyRelu, b, slope);
    c = activate(ActivationCodes.leakyRelu, c, slope);
    d = activate(ActivationCodes.leakyRelu, d, slope);
  }
  v128.store(y, a);
  v128.store(y + step, b);
  v128.store(y + 2 * step, c);
  v128.store(y + 3 * step, d);
}

/** One vector of y, or one to three `lanes` of it. */
function applyOne(
  y: usize, x: usize, residual: usize, lanes: usize, activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  let z = affine(f32x4.sub(loadLanes(x, lanes), centre), factor, offset);
  if (residual) z = f32x4.add(z, loadLanes(residual, lanes));
  z = activate(activation, z, slope);
  storeLanes(y, z, lanes);
}

export { applyFour, applyOne };
