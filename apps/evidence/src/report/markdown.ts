import { drawStandaloneSvg } from "@evenkeel/report";
import {
  describeClaims,
  describeOrigin,
  describeVerdict,
  type Finding,
  introduction,
  listMeasureRows,
  measureColumns,
} from "./describe-result.ts";

/** A file beside the Markdown, by its path from there. */
export interface ChartFile {
  readonly path: string;
  readonly svg: string;
}

/** The report as Markdown, with its charts as files. */
export function writeMarkdown(findings: readonly Finding[]): {
  readonly text: string;
  readonly charts: readonly ChartFile[];
} {
  const charts: ChartFile[] = [];
  const parts = findings.map((finding) => {
    const drawn = (finding.result?.charts ?? []).map((chart, index) => ({
      title: chart.title,
      path: `evidence/${finding.experiment.id.toLowerCase()}-${index + 1}.svg`,
      svg: drawStandaloneSvg(chart),
    }));
    charts.push(...drawn.map(({ path, svg }) => ({ path, svg })));
    return writePart(finding, drawn);
  });
  return { text: [...writeIntroduction(findings), ...parts.flat(), ""].join("\n"), charts };
}

const writeRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

function writeIntroduction(findings: readonly Finding[]): string[] {
  return [
    "# What batch normalization does, and what it does not",
    "",
    ...introduction.flatMap((paragraph) => [paragraph, ""]),
    "This page is written by `pnpm evidence report` from `apps/evidence/results`; `pnpm evidence run <id>` repeats an experiment.",
    "",
    ...describeClaims(findings).map((line) => `- ${line}`),
    "",
    writeRow(["experiment", "statement", "verdict"]),
    "| --- | --- | --- |",
    ...findings.map(({ experiment: { id, statement }, result }) =>
      writeRow([id, statement, result === undefined ? "not run yet" : `**${describeVerdict(result)}**`]),
    ),
    "",
  ];
}

function writePart(
  { experiment, result }: Finding,
  charts: readonly { readonly title: string; readonly path: string }[],
): string[] {
  const { id, title, statement, paper, setup, metric, advice } = experiment;
  const about = [`- **The paper.** ${paper}.`, `- **Here.** ${setup}`, `- **Measured.** ${metric}.`];
  if (result === undefined) return [`## ${id}. ${title}`, "", "Not run yet.", "", ...about, ""];
  return [
    `## ${id}. ${title}`,
    "",
    `Verdict: **${describeVerdict(result)}**. ${statement}`,
    "",
    ...about,
    `- **In practice.** ${advice}`,
    "",
    writeRow(measureColumns),
    "| --- | --: | --- | --- | --- |",
    ...listMeasureRows(result).map(writeRow),
    "",
    ...charts.flatMap(({ title: name, path }) => [`![${name}](${path})`, ""]),
    describeOrigin(result),
    "",
  ];
}
