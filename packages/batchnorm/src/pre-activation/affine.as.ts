import { madd } from "../cpu/lanes.as";

/** z at a distance from the centre. Every pass that needs z computes it here: it has the same bits forward and backward. */
@inline
function affine(distance: v128, factor: v128, offset: v128): v128 {
  return madd(offset, distance, factor);
}

export { affine };
