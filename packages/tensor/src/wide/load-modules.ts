import type { WideModule } from "../core/devices/launch.ts";
import { listWideModules } from "../core/devices/launch.ts";

/** All wide modules of this package, of families too that no program has loaded yet, and those that others have made. */
export async function loadWideModules(): Promise<readonly WideModule[]> {
  await import("#wide");
  return listWideModules();
}
