import { describe, expect, it } from "vitest";
import { type Chart, drawReport, drawStandaloneSvg, type LineChart } from "../src/index.ts";
import { drawBlocks } from "./parts.ts";

const chart: LineChart = {
  kind: "line-chart",
  title: `"Loss" <b>&'`,
  x: { name: 'step class="x"' },
  y: { name: "<i>loss</i>" },
  series: [
    {
      name: "<script>a</script>",
      points: [
        [0, 1],
        [1, 2],
      ],
    },
    {
      name: "zr0-c0",
      points: [
        [0, 2],
        [1, 2],
      ],
    },
  ],
};

describe("a page", () => {
  it("needs no script and no network, and follows the theme", () => {
    const page = drawBlocks(chart);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/https?:|<script|<link|@import|url\((?!#)|src="(?!data:)/);
    expect(page).toContain("prefers-color-scheme: dark");
    expect(page).toContain('name="viewport"');
    // Colors of charts are names.
    expect(/<svg[\s\S]*<\/svg>/.exec(page)![0]).not.toMatch(/(fill|stroke)="#(?!000")/);
  });

  it("has its parts in order, and escapes all texts", () => {
    const page = drawReport({
      title: "<Title>",
      name: "<Name>",
      setting: ["<one>", "two"],
      findings: ["<First> 5 points.", "Second."],
      sections: [
        { blocks: [] },
        { heading: "<Head>", note: "<Note>", blocks: [{ kind: "paragraph", text: "<P>" }] },
      ],
    });
    const parts = [
      "<title>&#60;Name&#62;",
      "<h1>&#60;Title&#62;",
      "&#60;one&#62;",
      "&#60;First&#62; 5&nbsp;points. Second.",
      "<h2>&#60;Head&#62;",
      "&#60;Note&#62;",
      "&#60;P&#62;",
    ];
    const places = parts.map((part) => page.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(drawReport({ title: "T", setting: [], findings: [], sections: [] })).not.toContain(
      'class="findings"',
    );
  });

  it("escapes the texts of charts, and keeps what looks like marks of the library", () => {
    const page = drawBlocks(chart);
    expect(page).not.toMatch(/<script|<i>loss|<b>/);
    expect(page).toContain("&lt;script&gt;a&lt;/script&gt;");
    expect(page).toContain('aria-label="&#34;Loss&#34; &#60;b&#62;&#38;&#39;"');
    expect(page).toMatch(/>step class=("|&quot;)x("|&quot;)<\/text>/);
    expect(page).toContain(">zr0-c0</text>");
  });

  it("gives each chart identifiers of its own, the same at every drawing", () => {
    const page = drawBlocks(chart, chart, { kind: "fold", heading: "more", blocks: [chart] });
    const names = [...page.matchAll(/ id="([^"]*)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThanOrEqual(3);
    expect(new Set(names).size).toBe(names.length);
    for (const [, name] of page.matchAll(/url\(#([^)]*)\)/g)) expect(names).toContain(name);
    expect(drawBlocks(chart, chart, { kind: "fold", heading: "more", blocks: [chart] })).toBe(page);
  });
});

describe("a table", () => {
  it("has names for columns and rows, aligned numbers, headings and tones", () => {
    const page = drawBlocks({
      kind: "table",
      caption: "<Figures>",
      columns: [{ name: "arm" }, { name: "time", unit: "ms" }, { name: "verdict", kind: "text" }],
      rows: [
        ["<a>", "1", { text: "not met", tone: "bad" }],
        { heading: "<norms>" },
        { cells: ["b", "2", "met"], isStrong: true },
      ],
    });
    for (const part of [
      "<caption>&#60;Figures&#62;</caption>",
      '<th scope="col">arm</th><th scope="col" class="number">time (ms)</th><th scope="col">verdict</th>',
      '<tr><th scope="row">&#60;a&#62;</th><td class="number">1</td><td class="bad">not met</td></tr>',
      '<th colspan="3" scope="colgroup">&#60;norms&#62;</th>',
      '<tr class="strong"><th scope="row">b</th><td class="number">2</td>',
    ]) {
      expect(page).toContain(part);
    }
  });

  it("refuses a row of another length", () => {
    const table = { kind: "table", columns: [{ name: "a" }], rows: [["1", "2"]] } as const;
    expect(() => drawBlocks(table)).toThrow("a row of a table: found 2 cells, expected 1");
  });
});

describe("highlights", () => {
  it("give words a background as strong as their weight, and another underline for each sign", () => {
    const words = [
      ["a", 1],
      ["<b>", -0.5],
      ["c", 0],
      ["d", Number.NaN],
      ["e", 7],
    ] as const;
    const page = drawBlocks({
      kind: "highlights",
      heading: "good:",
      words: words.map(([text, weight]) => ({ text, weight })),
    });
    const [, line] = /<p class="words">(.*)<\/p>/.exec(page)!;
    const strength = (color: number, percent: number): string =>
      `color-mix(in srgb, var(--slot-${color}) ${percent}%, transparent)`;
    expect(line).toBe(
      [
        `<b>good:</b> <mark class="for" style="background:${strength(0, 55)}" title="1.00">a</mark>`,
        `<mark class="against" style="background:${strength(1, 28)}" title="-0.50">&#60;b&#62;</mark>`,
        "c",
        "d",
        `<mark class="for" style="background:${strength(0, 55)}" title="7.00">e</mark>`,
      ].join(" "),
    );
  });
});

describe("a drawing that stands alone", () => {
  it.each([
    chart,
    {
      kind: "heatmap",
      title: "h",
      rows: { name: "", categories: ["a"] },
      columns: { name: "", categories: ["b"] },
      values: [[1]],
    },
  ] as Chart[])("is a file with its size, its texts and both themes", (one) => {
    const svg = drawStandaloneSvg(one);
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="540" height="\d+" viewBox="0 0 400 /,
    );
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).toContain("<desc>");
    for (const [, name] of svg.matchAll(/var\(--([\w-]+)\)/g)) expect(svg).toContain(`--${name}:`);
  });
});
