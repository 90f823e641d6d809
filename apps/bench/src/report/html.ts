import type { BenchReport } from "../core/rows.ts";
import { drawBarChart, escapeHtml } from "./bar-chart.ts";
import {
  type CaseRows,
  describeAmount,
  describeComparison,
  describeGaps,
  describeSetting,
  describeTimes,
  formatMilliseconds,
  groupCases,
} from "./figures.ts";
import { checkTargets, describeBound } from "./targets.ts";

const style = `
:root { color-scheme: light dark; --ink: #1c2326; --soft: #66757c; --line: #dfe5e8; --page: #fff; --own: #0b7285; --roof: #adb5bd; --peer: #d9480f; --bad: #c92a2a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ecef; --soft: #93a3ab; --line: #333d42; --page: #14191b; --own: #3bc9db; --roof: #5c676d; --peer: #ff922b; --bad: #ff8787; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } p.setting, p.note { color: var(--soft); }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); text-align: left; } th { font-weight: 600; }
td.number, th.number { text-align: right; } tr.own td { color: var(--own); font-weight: 600; } td.missed { color: var(--bad); font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1.5rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg text.title { font-weight: 600; font-size: 13px; } svg text.value { fill: var(--soft); }
svg .own { fill: var(--own); } svg .roof { fill: var(--roof); } svg .peer { fill: var(--peer); } svg .spread { stroke: var(--ink); stroke-width: 1.5; } svg .cut { stroke: var(--page); stroke-width: 2.5; }
`;

/** A page with the targets, a chart for every case and all figures; it works offline. */
export function writeHtmlPage(reports: readonly BenchReport[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evenkeel: performance</title>
<style>${style}</style>
<h1>Evenkeel beside its roofs and its peers</h1>
<p class="note">Shorter bars are better; a bar is the median, the line across its end goes from the first to the third quartile; a bar with a
gap is longer than it is drawn. On a GPU in software a bar is the bytes that are bound to the launches, behind their number. Roofs are
what the machine can do at most with the same bytes or operations.</p>
${reports.map(writeSection).join("\n")}
</html>
`;
}

function writeSection(report: BenchReport): string {
  const cases = groupCases(report);
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  const missing = [...describeGaps(report, "error"), ...describeGaps(report, "absent")];
  return `<p class="setting">${describeSetting(report).map(escapeHtml).join("<br>")}</p>
${writeTargets(report)}
${suites.map((suite) => writeSuiteSection(suite, cases)).join("\n")}
${missing.length === 0 ? "" : `<h2>Not measured</h2><ul>${missing.map((gap) => `<li>${escapeHtml(gap)}</li>`).join("")}</ul>`}`;
}

function writeSuiteSection(name: string, cases: readonly CaseRows[]): string {
  const groups = cases.filter(({ suite }) => suite === name);
  return `<h2>${escapeHtml(name)}</h2>
<div class="charts">
${groups.map(drawBarChart).join("\n")}
</div>
<details><summary>Figures</summary>${writeFigures(groups)}</details>`;
}

const writeCell = (text: string, kind = ""): string =>
  `<td${kind === "" ? "" : ` class="${kind}"`}>${escapeHtml(text)}</td>`;

function writeTargets(report: BenchReport): string {
  const outcomes = checkTargets(report);
  if (outcomes.length === 0) return "";
  const rows = outcomes.map(({ target, value, isMet }) =>
    [
      ...[target.suite, target.case, String(target.threads), target.measure].map((text) => writeCell(text)),
      ...[
        writeCell(describeBound(target), "number"),
        writeCell(value === undefined ? "not measured" : target.show(value), "number"),
      ],
      value === undefined ? writeCell("") : isMet ? writeCell("met") : writeCell("not met", "missed"),
    ].join(""),
  );
  const met = outcomes.filter(({ isMet }) => isMet).length;
  return `<h2>Targets: ${met} of ${outcomes.length} met</h2>
<table><tr><th>suite</th><th>case</th><th>threads</th><th></th><th class="number">target</th><th class="number">measured</th><th></th></tr>
${rows.map((row) => `<tr>${row}</tr>`).join("\n")}</table>`;
}

function writeFigures(groups: readonly CaseRows[]): string {
  const rows = groups.flatMap((group) =>
    group.rows.map((row) => {
      const cells = [
        writeCell(group.name),
        writeCell(row.subject),
        writeCell(String(row.threads), "number"),
        ...describeTimes(row, group).map((text) => writeCell(text, "number")),
        writeCell(describeAmount(row, group), "number"),
        writeCell(describeComparison(row, group) ?? "", "number"),
      ];
      return `<tr${row.subject === "evenkeel" ? ' class="own"' : ""}>${cells.join("")}</tr>`;
    }),
  );
  const launches = groups.flatMap(({ name, rows }) =>
    rows.map((row) => writeLaunchTable(name, row.launchTimes)),
  );
  return `<table><tr><th>case</th><th>subject</th><th class="number">threads</th><th class="number">median</th><th class="number">spread</th><th class="number"></th><th class="number">Evenkeel reaches</th></tr>
${rows.join("\n")}</table>${launches.join("")}`;
}

function writeLaunchTable(name: string, launches: CaseRows["rows"][number]["launchTimes"]): string {
  if (launches === undefined || launches.length === 0) return "";
  const rows = launches.map(
    (launch) =>
      `<tr>${writeCell(launch.name)}${writeCell(String(launch.count), "number")}${writeCell(formatMilliseconds(launch.milliseconds), "number")}</tr>`,
  );
  return `<details><summary>GPU time of the launches of ${escapeHtml(name)}</summary>
<table><tr><th>launch</th><th class="number">count</th><th class="number">total time</th></tr>${rows.join("")}</table></details>`;
}
