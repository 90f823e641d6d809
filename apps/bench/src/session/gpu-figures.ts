import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import type { LaunchSum, Row } from "../core/rows.ts";
import type { Program } from "../core/subject.ts";
import { meterGpu } from "../gpu/gpu-meter.ts";
import { isOwn, isRoof, sumGpuMilliseconds } from "../report/figures.ts";
import type { Session } from "./session.ts";

/**
 * Launches, submits and bytes of one repetition, and for Evenkeel and its roofs the GPU times by launch. Empty if no
 * GPU took part.
 */
export async function measureGpuFigures(
  { subject, backend }: { readonly subject: string; readonly backend: string },
  program: Program,
  { own }: Session,
): Promise<Partial<Row>> {
  if (backend !== "webgpu") return {};
  const work = await meterGpu(() => program.time(1));
  if (!isOwn(subject) && !isRoof(subject)) return work;
  return { ...work, ...(await measureLaunchTimes(own[0]!.backend as WebgpuBackend, program)) };
}

/** The number of runs with GPU times; the run with the median time is shown. */
const profiles = 7;

async function measureLaunchTimes(backend: WebgpuBackend, program: Program): Promise<Partial<Row>> {
  if (!backend.gpuDevice.features.has("timestamp-query")) return {};
  const runs: LaunchSum[][] = [];
  for (let run = 0; run < profiles; run++) {
    const launches = await backend.profile(async () => {
      await program.time(1);
    });
    runs.push(sumByName(launches));
  }
  runs.sort((a, b) => sumGpuMilliseconds(a) - sumGpuMilliseconds(b));
  return { launchTimes: runs[(profiles - 1) / 2]! };
}

/** The launches by name, longest first. */
function sumByName(
  launches: readonly { readonly name: string; readonly milliseconds: number }[],
): LaunchSum[] {
  const sums = new Map<string, LaunchSum>();
  for (const { name, milliseconds } of launches) {
    const { count, milliseconds: sum } = sums.get(name) ?? { count: 0, milliseconds: 0 };
    sums.set(name, { name, count: count + 1, milliseconds: sum + milliseconds });
  }
  return [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}
