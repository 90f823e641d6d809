// Generated from convolution.kernels.ts.

@unmanaged
export class PackFiltersArguments {
  filters: usize;
  packed: usize;
  targetChannels: i32;
  sourceChannels: i32;
  transposed: i32;
  tapsY: i32;
  strideY: i32;
  beforeY: i32;
  dilationY: i32;
  tapsX: i32;
  strideX: i32;
  beforeX: i32;
  dilationX: i32;
}

@unmanaged
export class ConvolveArguments {
  source: usize;
  filters: usize;
  bias: usize;
  target: usize;
  statistics: usize;
  images: i32;
  groups: i32;
  sourceChannels: i32;
  targetChannels: i32;
  transposed: i32;
  sourceY: i32;
  targetY: i32;
  tapsY: i32;
  strideY: i32;
  beforeY: i32;
  dilationY: i32;
  sourceX: i32;
  targetX: i32;
  tapsX: i32;
  strideX: i32;
  beforeX: i32;
  dilationX: i32;
  tileImages: i32;
  tileRows: i32;
  tileColumns: i32;
  targetBlock: i32;
  sourceBlock: i32;
  slope: f32;
}

@unmanaged
export class ConvolveDepthwiseArguments {
  source: usize;
  filters: usize;
  bias: usize;
  target: usize;
  channels: i32;
  flipped: i32;
  sourceY: i32;
  targetY: i32;
  tapsY: i32;
  strideY: i32;
  beforeY: i32;
  sourceX: i32;
  targetX: i32;
  tapsX: i32;
  strideX: i32;
  beforeX: i32;
  slope: f32;
}

@unmanaged
export class TransformFiltersArguments {
  weight: usize;
  packed: usize;
  targetChannels: i32;
  sourceChannels: i32;
  transposed: i32;
}

@unmanaged
export class ConvolveWinogradArguments {
  source: usize;
  filters: usize;
  bias: usize;
  weight: usize;
  target: usize;
  statistics: usize;
  images: i32;
  groups: i32;
  sourceChannels: i32;
  targetChannels: i32;
  transposed: i32;
  sourceY: i32;
  targetY: i32;
  beforeY: i32;
  sourceX: i32;
  targetX: i32;
  beforeX: i32;
  tiles: i32;
  slope: f32;
}

@unmanaged
export class FilterGradientArguments {
  source: usize;
  dy: usize;
  sums: usize;
  images: i32;
  groups: i32;
  channels: i32;
  outputs: i32;
  sourceY: i32;
  targetY: i32;
  tapsY: i32;
  strideY: i32;
  beforeY: i32;
  dilationY: i32;
  sourceX: i32;
  targetX: i32;
  tapsX: i32;
  strideX: i32;
  beforeX: i32;
  dilationX: i32;
  tileImages: i32;
  tileRows: i32;
  tileColumns: i32;
  outputBlock: i32;
  channelBlock: i32;
  sliceImages: i32;
}

@unmanaged
export class FilterGradientDepthwiseArguments {
  source: usize;
  dy: usize;
  sums: usize;
  images: i32;
  channels: i32;
  sourceY: i32;
  targetY: i32;
  tapsY: i32;
  strideY: i32;
  beforeY: i32;
  sourceX: i32;
  targetX: i32;
  tapsX: i32;
  strideX: i32;
  beforeX: i32;
  sliceImages: i32;
}

@unmanaged
export class FilterGradientWinogradArguments {
  source: usize;
  dy: usize;
  sums: usize;
  images: i32;
  groups: i32;
  channels: i32;
  outputs: i32;
  sourceY: i32;
  targetY: i32;
  beforeY: i32;
  sourceX: i32;
  targetX: i32;
  beforeX: i32;
  outputBlock: i32;
  channelBlock: i32;
  sliceImages: i32;
  tiles: i32;
}

@unmanaged
export class MergeSlicesArguments {
  parts: usize;
  target: usize;
  size: i32;
  slices: i32;
  block: i32;
}
