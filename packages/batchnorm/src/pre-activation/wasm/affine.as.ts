import { madd } from "../../cpu/lanes.as";

/**
 * z, given the distance of x from the centre. Every pass that needs z computes it here, so that z has the same bits
 * forward and backward.
 */
@inline
function affine(distance: v128, factor: v128, offset: v128): v128 {
  return madd(offset, distance, factor);
}

export { affine };
