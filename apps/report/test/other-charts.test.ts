import { describe, expect, it } from "vitest";
import type { Heatmap, ScatterChart } from "../src/index.ts";
import { drawReport, makeConfusionMatrix } from "../src/index.ts";
import { drawSvg, listTexts } from "./parts.ts";

const scatter: ScatterChart = {
  kind: "scatter-chart",
  title: "Accuracy by rate",
  x: { name: "rate", scale: "logarithmic" },
  y: { name: "accuracy" },
  series: [
    {
      name: "with",
      points: [
        [0.1, 0.9],
        [1, 0.8],
        [0, 0.7],
        [2, Number.NaN],
      ],
      labels: ["a&b", "", "c", "d"],
    },
  ],
};

describe("a scatter chart", () => {
  it("draws the points that the axes can show, with their labels", () => {
    const svg = drawSvg(scatter);
    expect(svg.match(/transform="matrix[^"]*" fill="var\(--slot-0\)"/g)).toHaveLength(2);
    expect(listTexts(svg)).toContain("a&amp;b");
    expect(listTexts(svg)).not.toContain("c");
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it("can show nothing, and refuses labels that do not match", () => {
    expect(drawSvg({ ...scatter, series: [] })).not.toMatch(/NaN|undefined/);
    const series = [{ name: "with", points: [[1, 1]] as const, labels: [] }];
    expect(() => drawSvg({ ...scatter, series })).toThrow("series[0].labels: found 0, expected 1");
  });
});

const heatmap: Heatmap = {
  kind: "heatmap",
  title: "Attention",
  rows: { name: "target", categories: ["ein", "<unk>"] },
  columns: { name: "source", categories: ["a", "man", "rides"] },
  values: [
    [0, 1, 0.5],
    [0.25, Number.NaN, 1],
  ],
  value: { name: "weight" },
};

/** The opacities of the cells, row by row. */
const listShades = (svg: string): number[] =>
  [...svg.matchAll(/<path d="M[^"]*Z" fill="var\(--slot-[01]\)"([^>]*)>/g)]
    .filter(([tag]) => !tag.includes("stroke"))
    .map(([, rest]) => Number(/opacity="([\d.]+)"/.exec(rest!)?.[1] ?? 1));

describe("a heat map", () => {
  it("shades cells in proportion to their values, and explains the shades", () => {
    const svg = drawSvg(heatmap);
    // The smallest value is clear, like a cell without a number.
    expect(listShades(svg)).toEqual([1, 0.5, 0.25, 1]);
    const texts = ["ein", "&lt;unk&gt;", "a", "man", "rides", "target", "source", "0", "1  weight"];
    expect(listTexts(svg)).toEqual(expect.arrayContaining(texts));
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it("writes texts in the cells", () => {
    const texts = [
      ["a", "b", "c"],
      ["d", "", "f"],
    ].map((row) => row.map((text) => `=${text}`));
    expect(listTexts(drawSvg({ ...heatmap, texts }))).toEqual(expect.arrayContaining(texts.flat()));
  });

  it.each([
    ["nothing", [], [], []],
    ["one cell", ["r"], ["c"], [[7]]],
    ["no number", ["r"], ["c"], [[Number.NaN]]],
  ])("can show %s", (_, rows, columns, values) => {
    const svg = drawSvg({
      ...heatmap,
      rows: { name: "r", categories: rows },
      columns: { name: "c", categories: columns },
      values,
    });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("shows a hundred classes in a wider drawing, with names that do not touch", () => {
    const classes = Array.from({ length: 100 }, (_, index) => `class ${index}`);
    const counts = classes.map((_, row) => classes.map((_, column) => (row === column ? 9 : 0)));
    const svg = drawSvg(makeConfusionMatrix({ title: "Many", classes, counts }));
    expect(Number(/viewBox="0 0 (\d+)/.exec(svg)![1])).toBeGreaterThan(800);
    expect(listTexts(svg).filter((text) => text.startsWith("class ")).length).toBeLessThan(150);
  });

  it("has texts of the ordinary size on a page, however wide the drawing is", () => {
    const classes = ["description", "entity", "abbreviation", "human", "location", "a rather long name"];
    const matrix = makeConfusionMatrix({
      title: "Six",
      classes,
      counts: classes.map(() => classes.map(() => 1)),
    });
    const page = drawReport({ title: "t", setting: [], findings: [], sections: [{ blocks: [matrix] }] });
    const [, rem, units] = /class="wide" style="max-width: ([\d.]+)rem"><svg[^>]* viewBox="0 0 (\d+)/.exec(
      page,
    )!;
    expect(Number(rem) / Number(units)).toBeCloseTo(32 / 400, 3);
  });

  it("refuses grids that do not match", () => {
    expect(() => drawSvg({ ...heatmap, values: [[1, 2, 3]] })).toThrow(
      "values: found 1, expected 2, one for each row",
    );
    expect(() => drawSvg({ ...heatmap, texts: [["a"], ["b"]] })).toThrow("texts[0]: found 1, expected 3");
  });
});

describe("a confusion matrix", () => {
  it("shades the share of a row, with another color for mistakes", () => {
    const { values, slots, texts } = makeConfusionMatrix({
      title: "Predictions",
      classes: ["cat", "dog", "none"],
      counts: [
        [6, 2, 0],
        [0, 4, 0],
        [0, 0, 0],
      ],
    });
    expect(values).toEqual([
      [0.83, 0.58, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(slots).toEqual([
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
    ]);
    expect(texts![0]).toEqual(["6", "2", ""]);
  });
});
