import { Axis } from "./geometry.as";

/**
 * One tap of the filter gradient of one pair of channels by the definition: over `images` planes of x and dy, that are so many bytes apart. Stops at
 * NaN, which stays what it is.
 */
function sumTap(x: usize, sourceImage: usize, dy: usize, targetImage: usize, images: i32, down: Axis, across: Axis, tap: i32): f32 {
  let sum: f32 = 0;
  const top = tap / across.kernel * down.dilation - down.padding, left = tap % across.kernel * across.dilation - across.padding;
  for (let image = 0; image < images; image++, x += sourceImage, dy += targetImage) {
    for (let row = 0; row < down.target; row++) {
      const line = row * down.stride + top;
      if (<u32>line >= <u32>down.source) continue;
      for (let column = 0; column < across.target; column++) {
        const place = column * across.stride + left;
        if (<u32>place >= <u32>across.source) continue;
        sum += load<f32>(x + (<usize>(line * across.source + place) << 2)) * load<f32>(dy + (<usize>(row * across.target + column) << 2));
      }
      if (sum != sum) return sum;
    }
  }
  return sum;
}

export { sumTap };
