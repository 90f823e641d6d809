import { type Block, drawReport, type Section, type Table } from "@evenkeel/report";
import {
  describeClaims,
  describeOrigin,
  describeVerdict,
  type Finding,
  introduction,
  listMeasureRows,
  measureColumns,
} from "./describe-result.ts";

/** The report as one page that works offline. */
export function drawHtml(findings: readonly Finding[]): string {
  return drawReport({
    title: "What batch normalization does, and what it does not",
    name: "Evenkeel: evidence",
    setting: introduction,
    findings: describeClaims(findings),
    sections: [{ blocks: [makeOverview(findings)] }, ...findings.map(makeSection)],
  });
}

const makeOverview = (findings: readonly Finding[]): Table => ({
  kind: "table",
  isWide: true,
  columns: [{ name: "experiment" }, { name: "statement", kind: "text" }, { name: "verdict", kind: "text" }],
  rows: findings.map(({ experiment: { id, statement }, result }) => [
    id,
    statement,
    result === undefined ? "not run yet" : { text: describeVerdict(result), tone: "strong" },
  ]),
});

function makeSection({ experiment, result }: Finding): Section {
  const { id, title, paper, setup, metric, advice } = experiment;
  const heading = `${id}. ${title}`;
  if (result === undefined) {
    return {
      heading,
      note: `Not run yet. ${setup}`,
      blocks: [{ kind: "paragraph", text: `The paper: ${paper}.` }],
    };
  }
  const blocks: Block[] = [
    {
      kind: "list",
      items: [`The paper: ${paper}.`, `Here: ${setup}`, `Measured: ${metric}.`, `In practice: ${advice}`],
    },
    {
      kind: "table",
      isWide: true,
      columns: measureColumns.map((name) => ({ name, kind: name === "value" ? "number" : "text" })),
      rows: listMeasureRows(result).map((row) =>
        row.map((text) =>
          text === "missed" ? { text, tone: "bad" } : text === "met" ? { text, tone: "good" } : text,
        ),
      ),
    },
    ...result.charts,
    { kind: "paragraph", tone: "note", text: describeOrigin(result) },
  ];
  return { heading, note: `Verdict: ${describeVerdict(result)}. ${experiment.statement}`, blocks };
}
