import { describe, expect, it } from "vitest";
import type { LineChart, LineSeries } from "../src/index.ts";
import { drawSvg, listStrokes, listTexts } from "./parts.ts";

const chart = (points: LineSeries["points"], rest: Partial<LineChart> = {}): LineChart => ({
  kind: "line-chart",
  title: "Loss",
  x: { name: "step" },
  y: { name: "loss", unit: "nats" },
  series: [{ name: "with", points }],
  ...rest,
});

/** The points that a path visits, and the number of its pieces. */
function readPath(data: string): { places: [number, number][]; pieces: number } {
  const places = [...data.matchAll(/([\d.]+) ([\d.]+)/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as [number, number],
  );
  return { places, pieces: data.split("M").length - 1 };
}

describe("a line chart", () => {
  it("maps values to places in proportion, and names its axes with their units", () => {
    const svg = drawSvg(
      chart([
        [0, 0],
        [5, 1],
        [10, 4],
      ]),
    );
    const [line] = listStrokes(svg, 0);
    const { places, pieces } = readPath(line!);
    expect(pieces).toBe(1);
    const [[x0, y0], [x1, y1], [x2, y2]] = places as [[number, number], [number, number], [number, number]];
    expect(x1 - x0).toBeCloseTo(x2 - x1, 0);
    expect((y0 - y1) / (y0 - y2)).toBeCloseTo(0.25, 2);
    expect(listTexts(svg)).toEqual(expect.arrayContaining(["Loss", "step", "loss (nats)", "0", "10", "4"]));
    expect(svg).toContain(
      "<desc>Line chart of loss (nats) by step. with: 3 values, the first 0.000, the last 4.000.</desc>",
    );
  });

  it("maps the logarithms of values on a logarithmic axis, with ticks at round numbers", () => {
    const svg = drawSvg(
      chart(
        [
          [0, 0.1],
          [1, 1],
          [2, 10],
        ],
        { y: { name: "loss", scale: "logarithmic" } },
      ),
    );
    const { places } = readPath(listStrokes(svg, 0)[0]!);
    expect(places[0]![1] - places[1]![1]).toBeCloseTo(places[1]![1] - places[2]![1], 0);
    for (const tick of ["0.1", "1", "10"]) expect(listTexts(svg)).toContain(tick);
  });

  it.each([
    ["linear", [1, Number.NaN, 3, Number.POSITIVE_INFINITY, 5, 6]],
    ["logarithmic", [1, 0, 3, -1, 5, 6]],
  ] as const)(
    "interrupts a line where a %s axis cannot show it, and marks points without neighbours",
    (scale, values) => {
      const long = [...values, ...Array.from({ length: 40 }, () => 2)];
      const svg = drawSvg(
        chart(
          long.map((y, x) => [x, y] as const),
          { y: { name: "loss", scale } },
        ),
      );
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expect(readPath(listStrokes(svg, 0)[0]!).pieces).toBeGreaterThanOrEqual(2);
      // Every sixth of 46 points has a marker, and so has the third, which stands alone.
      expect(svg.match(/transform="matrix[^"]*" fill="var\(--slot-0\)"/g)).toHaveLength(9);
    },
  );

  it.each([
    ["nothing", []],
    ["no finite value", [[0, Number.NaN]]],
    ["one point", [[3, 0.5]]],
    [
      "one value",
      [
        [0, 2],
        [1, 2],
      ],
    ],
    ["zero alone", [[0, 0]]],
    [
      "tiny and huge values",
      [
        [0, 1e-300],
        [1, 1e300],
      ],
    ],
  ] as [string, [number, number][]][])("can show %s on both kinds of axes", (_, points) => {
    for (const scale of ["linear", "logarithmic"] as const) {
      const svg = drawSvg(chart(points, { y: { name: "y", scale }, x: { name: "x", scale } }));
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      expect(listTexts(svg).length).toBeGreaterThan(4);
    }
  });

  it("tells series apart by color, line and marker, in the legend too", () => {
    const points = [
      [0, 1],
      [1, 2],
    ] as const;
    const names = ["with", "without", "layer norm"];
    const svg = drawSvg(chart([], { series: names.map((name) => ({ name, points })) }));
    for (const name of names) expect(listTexts(svg)).toContain(name);
    // One for the line, one for its legend.
    expect(svg.match(/<path [^>]*stroke="var\(--slot-1\)"[^>]*stroke-dasharray/g)).toHaveLength(2);
    expect(svg.match(/<path [^>]*stroke="var\(--slot-0\)"[^>]*stroke-dasharray/g)).toBeNull();
    const alone = drawSvg(chart([], { series: [{ name: "without", points, slot: 1 }] }));
    expect(listTexts(alone)).not.toContain("without");
    expect(alone).toContain('stroke="var(--slot-1)"');
    expect(alone).not.toContain('stroke="var(--slot-0)"');
  });

  it("draws bands, also on a logarithmic axis and interrupted, and lines of reference", () => {
    const band = [
      [1, 1, 2],
      [2, 1, 3],
      [3, 0, 3],
      [4, 1, 2],
      [5, 1, 2],
    ] as const;
    const svg = drawSvg(
      chart([], {
        y: { name: "y", scale: "logarithmic" },
        series: [{ name: "a", points: band.map(([x, low]) => [x, low + 0.5] as const), band }],
        references: [
          { axis: "y", value: 2.5, name: "goal <1>" },
          { axis: "x", value: 4, name: "start" },
          { axis: "y", value: Number.NaN, name: "unknown" },
        ],
      }),
    );
    expect(
      svg.match(/fill="var\(--slot-0\)" fill-opacity="0.18"/g) ?? svg.match(/opacity="0.18"/g),
    ).toHaveLength(2);
    expect(listTexts(svg)).toEqual(expect.arrayContaining(["goal &lt;1&gt;", "start"]));
    expect(svg).not.toContain("unknown");
  });

  it("names categories, some of them where there are many", () => {
    const categories = Array.from({ length: 40 }, (_, index) => `blocks.${index}.convolution.weight`);
    const texts = listTexts(
      drawSvg(
        chart(
          categories.map((_, x) => [x, x]),
          { x: { name: "layer", categories } },
        ),
      ),
    );
    const shown = texts.filter((text) => text.endsWith("weight"));
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.length).toBeLessThanOrEqual(12);
    for (const text of shown) expect(text.length).toBeLessThanOrEqual(20);
    expect(new Set(shown).size).toBe(shown.length);
  });
});
