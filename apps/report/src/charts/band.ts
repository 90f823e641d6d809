import { getColor } from "../page/palette.ts";
import { isLogarithmic } from "./axes.ts";
import type { Axis } from "./axis.ts";
import type { LineSeries } from "./charts.ts";
import { makeCustomSeries } from "./custom-series.ts";
import { canShow } from "./ticks.ts";

type BandPoint = NonNullable<LineSeries["band"]>[number];

/** The interval around a line as a pale area, interrupted where a bound cannot be shown. */
export function makeBandSeries({ band = [] }: LineSeries, slot: number, y: Axis): object[] {
  const parts = splitBand(band, (value) => canShow(value, isLogarithmic(y)));
  if (parts.length === 0) return [];
  return [
    makeCustomSeries((place) =>
      parts.map((part) => ({
        type: "polygon",
        shape: {
          points: [
            ...part.map(([x, low]) => place(x, low)),
            ...part.toReversed().map(([x, , high]) => place(x, high)),
          ],
        },
        style: { fill: getColor(slot), opacity: 0.18 },
      })),
    ),
  ];
}

/** The stretches of two points and more that can be shown. */
function splitBand(band: readonly BandPoint[], shows: (value: number) => boolean): BandPoint[][] {
  const parts: BandPoint[][] = [[]];
  for (const point of band) {
    if (canShow(point[0], false) && shows(point[1]) && shows(point[2])) parts.at(-1)!.push(point);
    else parts.push([]);
  }
  return parts.filter((part) => part.length > 1);
}
