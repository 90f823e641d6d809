/** dx = factor * (dz + linear * (x - centre) + constant), of one vector. */
@inline
function gradientOfX(dz: v128, x: v128, centre: v128, factor: v128, linear: v128, constant: v128): v128 {
  const correction = f32x4.add(f32x4.mul(f32x4.sub(x, centre), linear), constant);
  return f32x4.mul(f32x4.add(dz, correction), factor);
}

export { gradientOfX };
