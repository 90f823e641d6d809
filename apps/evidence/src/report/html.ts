import { type Block, drawReport, type Section, type Table } from "@evenkeel/report";
import { describeOrigin, type Finding, listMeasureRows, measureColumns } from "./describe-result.ts";

/** The report as one page that works offline. */
export function drawHtml(findings: readonly Finding[]): string {
  return drawReport({
    title: "What batch normalization does, and what it does not",
    name: "Evenkeel: evidence",
    setting: [
      "Each experiment has a threshold that was fixed before its first run; what misses it is reported as missed.",
      "Intervals are those of the bootstrap over seeds, at 95 %. Where a verdict depends on an interval, it is by Student's t, and wide enough for all of these together.",
    ],
    findings: describeVerdicts(findings),
    sections: [{ blocks: [makeOverview(findings)] }, ...findings.map(makeSection)],
  });
}

function describeVerdicts(findings: readonly Finding[]): string[] {
  const verdicts = findings.flatMap(({ result }) => (result === undefined ? [] : [result.verdict]));
  const counts = [...new Set(verdicts)].map(
    (verdict) => `${verdicts.filter((one) => one === verdict).length} ${verdict}`,
  );
  return [
    `Of ${findings.length} statements, ${verdicts.length} were examined: ${counts.join(", ") || "none yet"}.`,
  ];
}

const makeOverview = (findings: readonly Finding[]): Table => ({
  kind: "table",
  isWide: true,
  columns: [{ name: "experiment" }, { name: "statement", kind: "text" }, { name: "verdict", kind: "text" }],
  rows: findings.map(({ experiment: { id, statement }, result }) => [
    id,
    statement,
    result === undefined ? "not run yet" : { text: result.verdict, tone: "strong" },
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
  return { heading, note: `Verdict: ${result.verdict}. ${experiment.statement}`, blocks };
}
