import { ActivationCodes } from "./activation.kernels.as";

// Activations by the numbers that plans pass. For z <= 0 relu gives 0 and leaky relu slope * z; NaN stays NaN. The
// slope of relu is 0. With a slope of NaN, which compares false with everything, relu changes nothing, so its loops
// also serve where there is no activation.

@inline
function activate(activation: i32, z: v128, slope: v128): v128 {
  if (!activation) return z;
  if (activation == ActivationCodes.relu) return f32x4.pmax(z, slope);
  return f32x4.add(f32x4.pmax(z, f32x4.splat(0)), f32x4.mul(f32x4.pmin(z, f32x4.splat(0)), slope));
}

/** The gradient of z: dy where z (or y, which has the same sign) is above 0 or NaN; elsewhere 0 or slope * dy. */
@inline
function activateGradient(activation: i32, z: v128, dy: v128, slope: v128): v128 {
  if (activation == ActivationCodes.relu) return v128.andnot(dy, f32x4.le(z, slope));
  return v128.bitselect(f32x4.mul(dy, slope), dy, f32x4.le(z, f32x4.splat(0)));
}

/** The slope with which relu does what `activation`, relu or none, does. */
@inline
function getFloor(activation: i32): v128 {
  return f32x4.splat(activation ? 0 : NaN);
}

export { getFloor, activate, activateGradient };
