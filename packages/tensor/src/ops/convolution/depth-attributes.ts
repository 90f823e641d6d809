/** Windows over the depth of volumes: tap t of window i meets plane i stride + t dilation - before. */
export interface DepthAttributes {
  /** The number of planes. */
  readonly depth: number;
  readonly windows: number;
  readonly taps: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
}
