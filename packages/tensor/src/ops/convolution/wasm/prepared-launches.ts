import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import type { Spec } from "../../../core/spec.ts";

/** Launches from the source, the filters and the bias to the target, over filters prepared in a temporary. */
export interface PreparedLaunches {
  readonly launches: readonly PlannedLaunch[];
  readonly temporaries: readonly Spec[];
  /** In how many parts the kernel can take statistics of what it writes; absent where it cannot. */
  readonly parts?: number;
}
