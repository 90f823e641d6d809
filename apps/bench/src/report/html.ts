import { type Block, type Column, drawReport, type Fold, type Section } from "@evenkeel/report";
import type { BenchReport } from "../core/rows.ts";
import { makeCaseChart } from "./case-chart.ts";
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

const legend = [
  "Shorter bars are better; a bar is the median, and the line across its end is as long as the way from the first to the third quartile; a bar with a gap is longer than it is drawn.",
  "On a GPU in software a bar is the bytes that are bound to the launches, behind their number.",
  "Roofs are what the machine can do at most with the same bytes or operations.",
];

/** A page with the targets, a chart for every case and all figures. */
export const writeHtmlPage = (reports: readonly BenchReport[]): string =>
  drawReport({
    title: "Evenkeel beside its roofs and its peers",
    name: "Evenkeel: performance",
    setting: reports.length === 1 ? describeSetting(reports[0]!) : [],
    findings: legend,
    sections: reports.flatMap((report, index) => [
      ...(reports.length === 1 ? [] : [describeRun(report, index)]),
      ...listSections(report),
    ]),
  });

const describeRun = (report: BenchReport, index: number): Section => ({
  heading: `${report.machine.gpu === undefined ? "CPU" : `WebGPU: ${report.machine.gpu}`} (run ${index + 1})`,
  note: describeSetting(report).join("; "),
  blocks: [],
});

function listSections(report: BenchReport): Section[] {
  const cases = groupCases(report);
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  const missing = [...describeGaps(report, "error"), ...describeGaps(report, "absent")];
  return [
    ...listTargets(report),
    ...suites.map((suite) => ({
      heading: suite,
      blocks: listSuiteBlocks(cases.filter((group) => group.suite === suite)),
    })),
    ...(missing.length === 0
      ? []
      : [{ heading: "Not measured", blocks: [{ kind: "list", items: missing } as const] }]),
  ];
}

const listSuiteBlocks = (groups: readonly CaseRows[]): Block[] => [
  ...groups.filter(({ rows }) => rows.length > 0).map(makeCaseChart),
  { kind: "fold", heading: "Figures", blocks: listFigures(groups) },
];

function listTargets(report: BenchReport): Section[] {
  const outcomes = checkTargets(report);
  if (outcomes.length === 0) return [];
  const met = outcomes.filter(({ isMet }) => isMet).length;
  const columns: Column[] = [
    { name: "suite" },
    { name: "case", kind: "text" },
    { name: "threads" },
    { name: "measure", kind: "text" },
    { name: "target" },
    { name: "measured" },
    { name: "", kind: "text" },
  ];
  const rows = outcomes.map(({ target, value, isMet }) => [
    ...[target.suite, target.case, String(target.threads), target.measure, describeBound(target)],
    value === undefined ? "not measured" : target.show(value),
    value === undefined ? "" : isMet ? "met" : ({ text: "not met", tone: "bad" } as const),
  ]);
  const heading = `Targets: ${met} of ${outcomes.length} met`;
  return [{ heading, blocks: [{ kind: "table", isWide: true, columns, rows }] }];
}

function listFigures(groups: readonly CaseRows[]): Block[] {
  const rows = groups.flatMap((group) =>
    group.rows.map((row) => {
      const cells = [
        ...[group.name, row.subject, String(row.threads), ...describeTimes(row, group)],
        ...[describeAmount(row, group), describeComparison(row, group) ?? ""],
      ];
      return row.subject === "evenkeel" ? ({ cells, isStrong: true } as const) : cells;
    }),
  );
  const columns: Column[] = [
    { name: "case" },
    { name: "subject", kind: "text" },
    ...["threads", "median", "spread", "amount", "Evenkeel reaches"].map((name) => ({ name })),
  ];
  const launches = groups.flatMap((group) => group.rows.flatMap((row) => listLaunches(group.name, row)));
  return [{ kind: "table", isWide: true, columns, rows }, ...launches];
}

function listLaunches(name: string, { launchTimes = [] }: CaseRows["rows"][number]): Fold[] {
  if (launchTimes.length === 0) return [];
  const columns: Column[] = [{ name: "launch" }, { name: "count" }, { name: "total time" }];
  const rows = launchTimes.map((launch) => [
    launch.name,
    String(launch.count),
    formatMilliseconds(launch.milliseconds),
  ]);
  return [
    {
      kind: "fold",
      heading: `GPU time of the launches of ${name}`,
      blocks: [{ kind: "table", columns, rows }],
    },
  ];
}
