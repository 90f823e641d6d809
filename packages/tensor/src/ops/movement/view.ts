import type { Limits } from "../../core/devices/backend.ts";
import { getStorage } from "../../core/devices/backend.ts";
import type { PlannedLaunch } from "../../core/devices/launch.ts";
import type { Plan } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { countStorageBytes } from "../../expression/storage.ts";

/** A plan of launches without temporaries or aliases. */
export const makePlan = (launches: readonly PlannedLaunch[]): Plan => ({
  launches,
  temporaries: [],
  aliases: [],
});

/**
 * The plan of an output that is a view of its first input from element `offset` on; undefined if the device does not
 * support such a view.
 */
export function planView(x: Spec, limits: Limits, offset = 0): Plan | undefined {
  const byteOffset = offset * countStorageBytes(getStorage(x.dtype, limits));
  if (byteOffset % limits.offsetAlignment !== 0) return undefined;
  return { launches: [], temporaries: [], aliases: [[0, 0, byteOffset]] };
}
