import { FoldDepthArguments, UnfoldDepthArguments } from "./unfold-depth.kernels.as";

/** Items are the channels of images: the planes that the taps of one window meet. */
export function unfoldDepth(begin: i32, end: i32, _scratch: usize, args: UnfoldDepthArguments): void {
  const { x, y, channels, depth, windows, taps, stride, before, dilation, planeBytes } = args;
  for (let item = begin; item < end; item++) {
    const image = item / channels, channel = item % channels;
    const volume = image / windows, first = (image % windows) * stride - before;
    const from = x + <usize>((volume * channels + channel) * depth) * planeBytes;
    let to = y + <usize>item * taps * planeBytes;
    for (let tap = 0; tap < taps; tap++, to += planeBytes) {
      const plane = first + tap * dilation;
      if (<u32>plane < <u32>depth) memory.copy(to, from + <usize>plane * planeBytes, planeBytes);
      else memory.fill(to, 0, planeBytes);
    }
  }
}

/** Adds a plane to another one. */
function addPlane(from: usize, to: usize, planeBytes: usize): void {
  const end = to + planeBytes, vectors = to + (planeBytes & ~15);
  for (; to < vectors; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** Items are the planes of volumes. */
export function foldDepth(begin: i32, end: i32, _scratch: usize, args: FoldDepthArguments): void {
  const { x, y, channels, depth, windows, taps, stride, before, dilation, planeBytes } = args;
  for (let item = begin; item < end; item++) {
    const plane = item % depth, channel = item / depth % channels, volume = item / depth / channels;
    const to = y + <usize>item * planeBytes;
    let isEmpty = true;
    for (let tap = 0; tap < taps; tap++) {
      const place = plane + before - tap * dilation;
      if (place < 0 || place % stride != 0 || place / stride >= windows) continue;
      const image = volume * windows + place / stride;
      const from = x + <usize>((image * channels + channel) * taps + tap) * planeBytes;
      if (isEmpty) memory.copy(to, from, planeBytes);
      else addPlane(from, to, planeBytes);
      isEmpty = false;
    }
    if (isEmpty) memory.fill(to, 0, planeBytes);
  }
}
