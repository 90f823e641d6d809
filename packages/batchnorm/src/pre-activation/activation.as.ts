import { ActivationCodes } from "./activation.kernels.as";

// Activations by number, as the plans pass them. Where z is not above 0 relu gives 0 and leaky relu slope * z; NaN stays.
// The slope of relu is 0. With a slope of NaN, which nothing is below, it changes nothing: so its loops serve without an activation.

@inline
function activate(activation: i32, z: v128, slope: v128): v128 {
  if (!activation) return z;
  if (activation == ActivationCodes.relu) return f32x4.pmax(z, slope);
  return f32x4.add(f32x4.pmax(z, f32x4.splat(0)), f32x4.mul(f32x4.pmin(z, f32x4.splat(0)), slope));
}

/** The gradient of z: dy where z, or what was made of it, is above 0 or NaN; elsewhere 0 or slope * dy. */
@inline
function activateGradient(activation: i32, z: v128, dy: v128, slope: v128): v128 {
  if (activation == ActivationCodes.relu) return v128.andnot(dy, f32x4.le(z, slope));
  return v128.bitselect(f32x4.mul(dy, slope), dy, f32x4.le(z, f32x4.splat(0)));
}

/** What makes relu of `activation`, which is relu or none. */
@inline
function floorOf(activation: i32): v128 {
  return f32x4.splat(activation ? 0 : NaN);
}

export { floorOf, activate, activateGradient };
