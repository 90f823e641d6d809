import type { BenchReport } from "../core/rows.ts";
import {
  amountOf,
  type CaseRows,
  casesOf,
  comparison,
  gaps,
  milliseconds,
  settingOf,
  timesOf,
} from "./figures.ts";
import { boundText, checkTargets } from "./targets.ts";

const method = `Every figure on this page was measured by \`pnpm bench\` and written by \`pnpm bench report\`; nothing was copied by hand. All
subjects of a case work on the same data, their results are compared with Evenkeel's before anything is timed, and they take turns
in one run. A time is the median of the rounds, until the device is idle; the spread goes from the first to the third quartile.

- \`roof-copy\` and \`roof-read\` copy and read a buffer as large as the case's tensor, \`roof-fma\` multiplies and adds in registers, with
  the same instructions and the same threads: what the machine can do at most, in the same run.
- GB/s of batch norm counts the passes that have to be made where a channel fits the cache: 2 forward (x, y) and 3 backward
  (dy, x, dx); a residual adds 1 and 2. On the CPU the plan for tensors of 2 MiB and more reads x, and dy, once more, which is not
  counted: it is faster all the same (docs/decisions/0012). On WebGPU these hold where a channel fits a workgroup; elsewhere the plan has two launches
  each way, which makes 3 forward (x, x, y) and 5 backward (dy, x, dy, x, dx), and a residual adds 1 and 2. GFLOP/s of a convolution counts what the direct algorithm does, so Winograd's can
  exceed the roof.
- "Evenkeel reaches" compares with Evenkeel's time on as many threads: a multiple of a peer's speed, or a share of a roof.
- TensorFlow.js and jax-js have one thread in Node; PyTorch runs in a process of its own that times inside of itself, keeps its memory from
  step to step, and multiplies with the fastest kernels that its BLAS has for the processor. Versions name the BLAS and what its threads are.`;

/** `docs/performance.md`, of one or several runs. */
export function markdownPage(reports: readonly BenchReport[]): string {
  const sections = reports.map((report, index) => {
    const { gpu } = report.machine;
    const title = gpu === undefined ? "CPU" : `WebGPU: ${gpu}`;
    const number = reports.length > 1 ? ` (run ${index + 1})` : "";
    return `## ${title}${number}\n\n${runSection(report)}`;
  });
  return `# Performance\n\n${method}\n\n${sections.join("\n\n")}\n`;
}

function runSection(report: BenchReport): string {
  const [machine, versions, date] = settingOf(report);
  const suites = [...new Set(report.rows.map(({ suite }) => suite))];
  const cases = casesOf(report);
  return [
    `Machine: ${machine}.  \nVersions: ${versions}.  \nDate: ${date}.`,
    `### Targets\n\n${targetSection(report)}`,
    ...suites.map(
      (suite) => `### ${suite}\n\n${suiteSection(cases.filter((group) => group.suite === suite))}`,
    ),
    ...launchSection(report, cases),
    ...missingSection(report),
  ].join("\n\n");
}

const table = (
  head: readonly string[],
  rules: readonly string[],
  rows: readonly (readonly string[])[],
): string => [head, rules, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

function targetSection(report: BenchReport): string {
  const outcomes = checkTargets(report);
  if (outcomes.length === 0) return "None for the cases of this run.";
  const rows = outcomes.map(({ target, value, isMet }) => [
    ...[target.suite, target.case, String(target.threads), target.measure, boundText(target)],
    value === undefined ? "not measured" : target.show(value),
    value === undefined ? "" : isMet ? "yes" : "**no**",
  ]);
  const met = outcomes.filter(({ isMet }) => isMet).length;
  const head = ["suite", "case", "threads", "measure", "target", "measured", "met"];
  const rules = ["---", "---", "--:", "---", "--:", "--:", "---"];
  return `${met} of ${outcomes.length} are met.\n\n${table(head, rules, rows)}`;
}

function suiteSection(groups: readonly CaseRows[]): string {
  const rows = groups.flatMap((group) =>
    group.rows.map((row, index) => [
      ...[index === 0 ? group.name : "", row.subject, String(row.threads)],
      ...[...timesOf(row, group), amountOf(row, group)],
      comparison(row, group) ?? "",
    ]),
  );
  const head = ["case", "subject", "threads", "median", "spread", "amount", "Evenkeel reaches"];
  return table(head, ["---", "---", "--:", "--:", "--:", "--:", "--:"], rows);
}

/** Names of a step that are shown: what is left takes little. */
const shownLaunches = 8;

/** By the GPU's own clock; nothing for one in software, whose times mean nothing. */
function launchSection({ machine }: BenchReport, groups: readonly CaseRows[]): string[] {
  if (machine.gpuIsSoftware) return [];
  const rows = groups.flatMap(({ suite, name, rows }) =>
    rows.flatMap(({ subject, launchTimes = [] }) =>
      launchTimes
        .slice(0, shownLaunches)
        .map((launch, index) => [
          ...(index === 0 ? [`${suite} ${name}`, subject] : ["", ""]),
          ...[launch.name, String(launch.count), milliseconds(launch.milliseconds)],
        ]),
    ),
  );
  if (rows.length === 0) return [];
  const head = ["case", "subject", "launch", "count", "together"];
  return [
    `### GPU time by launch\n\nBy timestamps, in one repetition; the ${shownLaunches} that take longest.\n\n${table(
      head,
      ["---", "---", "---", "--:", "--:"],
      rows,
    )}`,
  ];
}

function missingSection(report: BenchReport): string[] {
  const lines = [
    ...gaps(report, "error").map((gap) => `- failed: ${gap}`),
    ...gaps(report, "absent").map((gap) => `- absent: ${gap}`),
  ];
  return lines.length === 0 ? [] : [`### Without a time\n\n${lines.join("\n")}`];
}
