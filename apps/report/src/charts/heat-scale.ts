import { getColor, getNeutral } from "../page/palette.ts";
import { type Axis, describeAxis } from "./axis.ts";
import { fontFamily, fontSize, measureText } from "./text-size.ts";
import { formatTick } from "./ticks.ts";

const steps = 6;
const step = { width: 18, height: 10 };

/** The shades from the lowest to the highest value, between their numbers, and the name of what they show. */
export function drawHeatScale(
  axis: Axis,
  [low, high]: readonly [number, number],
  { x, y }: { readonly x: number; readonly y: number },
): object[] {
  const { format = formatTick } = axis;
  const start = x + measureText(format(low)) + 6;
  const end = start + steps * step.width;
  return [
    drawLabel(format(low), x, y),
    ...Array.from({ length: steps }, (_, index) => ({
      type: "rect",
      silent: true,
      shape: { x: start + index * step.width, y, ...step },
      style: {
        fill: getColor(0),
        fillOpacity: index / (steps - 1),
        lineWidth: 1,
        stroke: getNeutral("line"),
      },
    })),
    drawLabel(`${format(high)}  ${describeAxis(axis)}`, end + 6, y),
  ];
}

const drawLabel = (text: string, x: number, y: number): object => ({
  type: "text",
  silent: true,
  style: {
    text,
    x,
    y: y + step.height / 2,
    fill: getNeutral("soft"),
    fontFamily,
    fontSize,
    verticalAlign: "middle",
  },
});
