/** Every pass that needs z computes it here: it has the same bits forward and backward. */
@inline
function affine(x: v128, centre: v128, factor: v128, offset: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(x, centre), factor), offset);
}

export { affine };
