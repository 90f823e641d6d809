import { activateGradient } from "../kernels/activation.as";
import { loadLanes } from "../kernels/lanes.as";
import { affine } from "../normalize/apply.as";

/**
 * dz of one vector, or of one to three `lanes`, where z is the value before the activation. Its sign is that of y where y is
 * given, and otherwise of z, computed again by the very steps of the forward pass.
 */
@inline
function gradientOfZ(
  dy: usize, x: v128, y: usize, lanes: usize, activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): v128 {
  const value = lanes ? loadLanes(dy, lanes) : v128.load(dy);
  if (!activation) return value;
  if (!y) return activateGradient(activation, affine(x, centre, factor, offset), value, slope);
  return activateGradient(activation, lanes ? loadLanes(y, lanes) : v128.load(y), value, slope);
}

export { gradientOfZ };
