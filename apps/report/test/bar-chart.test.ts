import { describe, expect, it } from "vitest";
import type { BarChart } from "../src/index.ts";
import { drawSvg, listTexts } from "./parts.ts";

const chart: BarChart = {
  kind: "bar-chart",
  title: "Accuracy",
  value: { name: "accuracy", unit: "%" },
  categories: ["TREC-6", "Subj"],
  series: [
    { name: "with", values: [80, 40], intervals: [[70, 90], null] },
    { name: "without", values: [20, null] },
  ],
};

/** The left ends and the lengths of the bars, by the color of their filling. */
const listBars = (svg: string, color: string): { left: number; length: number }[] =>
  [...svg.matchAll(/<path d="M([\d.]+) [\d.]+l(-?[\d.]+) 0l0 [\d.]+l[^"]*" fill="([^"]*)"/g)]
    .filter(([, , , fill]) => fill!.includes(color))
    .map(([, left, length]) => ({ left: Number(left), length: Number(length) }));

/** The lines that are drawn in front of the bars in this color. */
const listLines = (svg: string, color: string): number[][] =>
  [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"[^>]*stroke="var\(--(\w+)\)"/g)]
    .filter(([, , , , , name]) => name === color)
    .map((line) => line.slice(1, 5).map(Number));

describe("a bar chart", () => {
  it("draws bars from zero in proportion to their values, each with its label", () => {
    const svg = drawSvg(chart);
    const bars = [...listBars(svg, "--slot-0)"), ...listBars(svg, "--slot-1)")];
    expect(bars).toHaveLength(3);
    const [first, second, third] = bars as [(typeof bars)[0], (typeof bars)[0], (typeof bars)[0]];
    expect(first.length / second.length).toBeCloseTo(2, 1);
    expect(second.length / third.length).toBeCloseTo(2, 1);
    expect(Math.abs(first.left - third.left)).toBeLessThanOrEqual(1);
    const texts = ["TREC-6", "Subj", "accuracy (%)", "80", "40", "20", "none", "with", "without"];
    expect(listTexts(svg)).toEqual(expect.arrayContaining(texts));
    expect(svg).toContain(
      "<desc>Bar chart of accuracy (%). with, TREC-6: 80; with, Subj: 40; without, TREC-6: 20; without, Subj: none.</desc>",
    );
  });

  it("draws an interval around the end of its bar", () => {
    const svg = drawSvg(chart);
    const [bar] = listBars(svg, "--slot-0)");
    const [interval, ...stops] = listLines(svg, "ink");
    expect(stops).toHaveLength(2);
    const end = bar!.left + bar!.length;
    const tenth = bar!.length / 8;
    expect(interval![0]!).toBeCloseTo(end - tenth, -0.5);
    expect(interval![2]!).toBeCloseTo(end + tenth, -0.5);
  });

  it("cuts bars that are too long, and marks them by a gap", () => {
    const values = [1, 1000];
    const svg = drawSvg({ ...chart, longest: 10, series: [{ name: "time", values, labels: ["a", "b"] }] });
    const [short, cut] = listBars(svg, "--slot-0)");
    expect(cut!.length / short!.length).toBeCloseTo(10, 0);
    expect(listLines(svg, "page")).toHaveLength(2);
    expect(listTexts(svg)).toEqual(expect.arrayContaining(["a", "b"]));
    expect(listLines(drawSvg(chart), "page")).toHaveLength(0);
  });

  it("draws a color for each bar where asked, and lines of reference", () => {
    const svg = drawSvg({
      ...chart,
      series: [{ name: "time", values: [1, 2], slots: [0, 3] }],
      references: [{ axis: "x", value: 1.5, name: "published" }],
    });
    expect(listBars(svg, "--slot-0)")).toHaveLength(1);
    expect(listBars(svg, "--slot-3)")).toHaveLength(1);
    expect(listTexts(svg)).toContain("published");
  });

  it.each([
    ["no categories", [], []],
    ["no numbers", ["a", "b", "c"], [null, Number.NaN, Number.POSITIVE_INFINITY]],
    ["zero", ["a"], [0]],
    ["negative values", ["a", "b"], [-3, 2]],
  ])("can show %s", (_, categories, values) => {
    const svg = drawSvg({ ...chart, categories, series: [{ name: "a", values }] });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(listTexts(svg)).toEqual(expect.arrayContaining(["Accuracy", ...categories]));
  });

  it("refuses parts that do not match, and logarithms, which have no zero", () => {
    const draw = (rest: Partial<BarChart>) => () => drawSvg({ ...chart, ...rest });
    expect(draw({ categories: ["a"] })).toThrow(
      "Accuracy: series[0].values: found 2, expected 1, one for each category",
    );
    const labels = { name: "a", values: [1, 2], labels: ["x"] };
    expect(draw({ series: [labels] })).toThrow("series[0].labels: found 1, expected 2");
    expect(draw({ value: { name: "t", scale: "logarithmic" } })).toThrow('value.scale: found "logarithmic"');
  });
});
