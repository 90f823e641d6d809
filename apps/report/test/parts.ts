import { type Block, type Chart, drawReport } from "../src/index.ts";

/** The page of a report with these blocks alone. */
export const drawBlocks = (...blocks: readonly Block[]): string =>
  drawReport({ title: "A report", setting: [], findings: [], sections: [{ blocks }] });

/** The first chart of a page. */
export const drawSvg = (chart: Chart): string => /<svg[\s\S]*<\/svg>/.exec(drawBlocks(chart))![0];

/** The texts in a drawing, in their order. */
export const listTexts = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

/** The data of the paths whose stroke is this color of the palette. */
export const listStrokes = (svg: string, slot: number): string[] =>
  [...svg.matchAll(/<path d="([^"]*)"[^>]*>/g)]
    .filter(([path]) => path.includes(`fill="none"`) && path.includes(`stroke="var(--slot-${slot})"`))
    .map(([, data]) => data!);
