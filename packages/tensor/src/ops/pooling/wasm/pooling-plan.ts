import type { PlannedLaunch, Work } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import type { NamedPlaneParameters, PlaneGeometry } from "../pooling-geometry.ts";
import { namedPlaneParameters } from "../pooling-geometry.ts";

/** About this many multiplications or comparisons make a chunk: some ten microseconds. */
const chunkOperations = 65_536;

/** What the launches of all poolings have in common. */
export interface PoolLaunch {
  readonly parameters: NamedPlaneParameters;
  readonly work: Work;
}

/**
 * One launch in WebAssembly over planes; none when there is nothing to write. An item is a row of the output, or a whole plane where
 * windows may overlap in what they write.
 */
export function poolPlan(
  geometry: PlaneGeometry,
  item: "row" | "plane",
  launchOf: (common: PoolLaunch) => PlannedLaunch,
): Plan {
  const { planes, input, output, kernel } = geometry;
  const rowOperations = output.width * kernel.height * kernel.width;
  const planeOperations = rowOperations * output.height + input.height * input.width;
  const [items, operations] =
    item === "row" ? [planes * output.height, rowOperations] : [planes, planeOperations];
  return {
    launches:
      items === 0
        ? []
        : [
            launchOf({
              parameters: namedPlaneParameters(geometry),
              work: { items, chunk: Math.max(1, Math.floor(chunkOperations / operations)) },
            }),
          ],
    temporaries: [],
    aliases: [],
  };
}
