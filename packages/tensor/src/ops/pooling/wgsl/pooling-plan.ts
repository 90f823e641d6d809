import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Work } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { launchesOnly } from "../../movement/view.ts";
import { invocations } from "../../movement/wgsl/invocations.ts";
import type { PlaneGeometry } from "../pooling-geometry.ts";
import type { WindowValues } from "./window.wgsl.ts";
import { windowValues } from "./window.wgsl.ts";

/** One launch over planes; none if the output is empty. */
export const shaderPoolPlan = (
  geometry: PlaneGeometry,
  count: number,
  limits: Limits,
  launch: (windows: WindowValues, work: Work) => PlannedLaunch,
): Plan =>
  launchesOnly(
    count === 0 ? [] : [launch(windowValues(geometry, count), { workgroups: invocations(count, limits) })],
  );
