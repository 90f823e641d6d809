import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Work } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { makePlan } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import type { PlaneGeometry } from "../pooling-geometry.ts";
import type { WindowValues } from "./window.wgsl.ts";
import { nameWindowValues } from "./window.wgsl.ts";

/** One launch over planes; none if the output is empty. */
export const planShaderPool = (
  geometry: PlaneGeometry,
  count: number,
  limits: Limits,
  launch: (windows: WindowValues, work: Work) => PlannedLaunch,
): Plan =>
  makePlan(
    count === 0
      ? []
      : [launch(nameWindowValues(geometry, count), { workgroups: foldInvocations(count, limits) })],
  );
