import type { PlannedLaunch, Work } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import type { NamedPlaneParameters, PlaneGeometry } from "../pooling-geometry.ts";
import { namePlaneParameters } from "../pooling-geometry.ts";

/** The approximate number of multiplications or comparisons in a chunk: about ten microseconds. */
const chunkOperations = 65_536;

/** The properties that the launches of all poolings share. */
export interface PoolLaunch {
  readonly parameters: NamedPlaneParameters;
  readonly work: Work;
}

/**
 * One launch in WebAssembly over planes; none if the output is empty. An item is a row of the output, or a whole plane if
 * windows may write to the same elements.
 */
export function planPool(
  geometry: PlaneGeometry,
  item: "row" | "plane",
  makeLaunch: (common: PoolLaunch) => PlannedLaunch,
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
            makeLaunch({
              parameters: namePlaneParameters(geometry),
              work: { items, chunk: Math.max(1, Math.floor(chunkOperations / operations)) },
            }),
          ],
    temporaries: [],
    aliases: [],
  };
}
