import type { Limits } from "../../../core/devices/backend.ts";
import type { Slot } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import type { WgslKernelParts } from "../../../core/plans/wgsl.ts";
import { wgslKernel } from "../../../core/plans/wgsl.ts";
import { launchesOnly } from "../../movement/view.ts";
import { invocations } from "../../movement/wgsl/invocations.ts";
import type { PlaneGeometry } from "../pooling-geometry.ts";
import { planeParameters } from "../pooling-geometry.ts";

export interface ShaderPoolLaunch {
  readonly kernel: WgslKernelParts;
  readonly reads: readonly Slot[];
  readonly writes: readonly Slot[];
  /** The number of invocations, and what else the kernel is told. */
  readonly count: number;
  readonly more?: number;
}

/** One launch in WGSL over planes; none when there is nothing to write. */
export function shaderPoolPlan(geometry: PlaneGeometry, limits: Limits, launch: ShaderPoolLaunch): Plan {
  const { kernel, reads, writes, count, more = 0 } = launch;
  if (count === 0) return launchesOnly([]);
  const parameters = [count, more, ...planeParameters(geometry)];
  const parameterTypes = parameters.map((_, index) => (index < 2 ? "u32" : "i32"));
  return launchesOnly([
    {
      kind: "kernel",
      kernel: wgslKernel({ ...kernel, parameterTypes }),
      reads,
      writes,
      parameters,
      work: { workgroups: invocations(count, limits) },
    },
  ]);
}
