/**
 * `computeExp` is accurate to 2 ULP, while WGSL allows 3 + 2|x| for exp: Cody and Waite's reduction and the polynomial of
 * Cephes `expf`, as on the CPU; 0 below the smallest normal number. `computeLog` is accurate to 3 ULP for x >= 1, while WGSL
 * allows 2^-21 for log: the exponent, and 2 artanh of the rest.
 */
export const exponentialCode = `
fn computeExp(x: f32) -> f32 {
  let n = round(clamp(x, -104f, 88f) * 1.44269504f);
  let r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, x));
  var q = fma(r, 1.9875691500e-4f, 1.3981999507e-3f);
  q = fma(r, fma(r, fma(r, fma(r, q, 8.3334519073e-3f), 4.1665795894e-2f), 1.6666665459e-1f), 5.0000001201e-1f);
  let power = bitcast<f32>(u32(max(i32(n) + 127, 0)) << 23u);
  return select((fma(q, r * r, r) + 1f) * power, 0f, x < -87.3f);
}
fn computeLog(x: f32) -> f32 {
  let exponent = (bitcast<u32>(x) - 0x3f3504f3u) >> 23u;
  let f = bitcast<f32>(bitcast<u32>(x) - (exponent << 23u)) - 1f;
  let s = f / (f + 2f);
  let z = s * s;
  let series = z * fma(z, fma(z, fma(z, 0.22222222f, 0.28571429f), 0.4f), 0.66666667f);
  return fma(f32(exponent), 0.69314718f, fma(s, series, s + s));
}`;
