import type { RangeCheck } from "../../core/devices/launch.ts";
import { countElements } from "../../core/spec.ts";

/** The check of the indices of an unpooling, of which those out of range are an error. */
export const makeUnpoolCheck = (sizes: readonly number[]): RangeCheck => ({
  argument: `maxUnpool${sizes.length}d: indices`,
  range: `[0, ${countElements(sizes)})`,
});
