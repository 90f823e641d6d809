import type { BenchReport } from "../core/rows.ts";
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

const method = `\`pnpm bench\` measured every figure on this page, and \`pnpm bench report\` wrote the page. All subjects of a case work on the
same data, and their results are compared with Evenkeel's before anything is timed. The subjects take turns in one run. A time is the median over the
rounds, measured until the device is idle; the spread is the interquartile range.

- Roofs are the limits of the machine, measured in the same run with the same instructions and threads: \`roof-copy\` and \`roof-read\` copy and
  read a buffer as large as the case's tensor, and \`roof-fma\` multiplies and adds in registers, \`roof-fma-256\` with
  vectors of 256 bits. Versions of Node that join WebAssembly's vectors in pairs have those; \`evenkeel-128\` is Evenkeel without them, as in a
  browser.
- The GB/s of batch norm count the minimum number of passes over a tensor: 2 forward (x, y) and 3 backward (dy, x, dx); a residual adds 1 and 2. On
  the CPU, the plan for tensors of 2 MiB and more reads x, and dy, once more, which is not counted; it is still faster
  ([why](decisions/0012-batch-norm-streams.md)). On WebGPU, if a channel does not fit in a workgroup, the plan has two launches in each direction,
  which count as 3 passes forward (x, x, y) and 5 backward (dy, x, dy, x, dx), and a residual adds 1 and 2. The GFLOP/s of a convolution
  count the operations of the direct algorithm, so Winograd's algorithm can exceed the roof.
- Variants show what a part of Evenkeel costs or gains: \`evenkeel-plain\` has no epilogue, \`evenkeel-separate-statistics\` computes the
  statistics of batch norm apart from convolutions, \`evenkeel-unguarded\` is \`fit\` with \`onNonFinite: "continue"\`, which looks for no NaN,
  \`evenkeel-unfolded\` keeps the batch norms of a network in inference (those of PyTorch are folded, as Evenkeel's), and \`evenkeel-unfused\`
  composes the masked softmax of a product, a selection and a softmax.
- The bytes of a masked softmax are 2 passes over the scores forward and 3 backward; the operations of attention and recurrent layers are those of
  their matrix products, twice as many backward as forward.
- The column "Evenkeel reaches" compares Evenkeel with a subject on the same number of threads: as a multiple of another library's speed, or as a
  percentage of a roof.
- TensorFlow.js and jax-js have one thread in Node. PyTorch runs in a separate process that measures its own times; it keeps its memory from
  step to step, and its BLAS uses the fastest kernels for the processor. The versions name the BLAS and its threading.`;

/** The text of `docs/performance.md` for one or several runs. */
export function writeMarkdownPage(reports: readonly BenchReport[]): string {
  const sections = reports.map((report, index) => {
    const { gpu } = report.machine;
    const title = gpu === undefined ? "CPU" : `WebGPU: ${gpu}`;
    const number = reports.length > 1 ? ` (run ${index + 1})` : "";
    return `## ${title}${number}\n\n${writeRunSection(report)}`;
  });
  return `# Performance\n\n${method}\n\n${sections.join("\n\n")}\n`;
}

function writeRunSection(report: BenchReport): string {
  const [machine, versions, date] = describeSetting(report);
  const suites = [...new Set(report.rows.map(({ suite }) => suite))];
  const cases = groupCases(report);
  return [
    `Machine: ${machine}.  \nVersions: ${versions}.  \nDate: ${date}.`,
    `### Targets\n\n${writeTargetSection(report)}`,
    ...suites.map(
      (suite) => `### ${suite}\n\n${writeSuiteSection(cases.filter((group) => group.suite === suite))}`,
    ),
    ...writeLaunchSection(report, cases),
    ...writeMissingSection(report),
  ].join("\n\n");
}

const writeTable = (
  head: readonly string[],
  rules: readonly string[],
  rows: readonly (readonly string[])[],
): string => [head, rules, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

function writeTargetSection(report: BenchReport): string {
  const outcomes = checkTargets(report);
  if (outcomes.length === 0) return "None for the cases of this run.";
  const rows = outcomes.map(({ target, value, isMet }) => [
    target.suite,
    target.case,
    String(target.threads),
    target.measure,
    describeBound(target),
    value === undefined ? "not measured" : target.show(value),
    value === undefined ? "" : isMet ? "yes" : "**no**",
  ]);
  const met = outcomes.filter(({ isMet }) => isMet).length;
  const head = ["suite", "case", "threads", "measure", "target", "measured", "met"];
  const rules = ["---", "---", "--:", "---", "--:", "--:", "---"];
  return `${met} of ${outcomes.length} targets are met.\n\n${writeTable(head, rules, rows)}`;
}

function writeSuiteSection(groups: readonly CaseRows[]): string {
  const rows = groups.flatMap((group) =>
    group.rows.map((row, index) => [
      index === 0 ? group.name : "",
      row.subject,
      String(row.threads),
      ...describeTimes(row, group),
      describeAmount(row, group),
      describeComparison(row, group) ?? "",
    ]),
  );
  const head = ["case", "subject", "threads", "median", "spread", "amount", "Evenkeel reaches"];
  return writeTable(head, ["---", "---", "--:", "--:", "--:", "--:", "--:"], rows);
}

/** How many launches of a step are shown; the others take little time. */
const shownLaunches = 8;

/** GPU times by launch. Empty for a software GPU, whose times mean nothing. */
function writeLaunchSection({ machine }: BenchReport, groups: readonly CaseRows[]): string[] {
  if (machine.gpuIsSoftware) return [];
  const rows = groups.flatMap(({ suite, name, rows }) =>
    rows.flatMap(({ subject, launchTimes = [] }) =>
      launchTimes
        .slice(0, shownLaunches)
        .map((launch, index) => [
          ...(index === 0 ? [`${suite} ${name}`, subject] : ["", ""]),
          launch.name,
          String(launch.count),
          formatMilliseconds(launch.milliseconds),
        ]),
    ),
  );
  if (rows.length === 0) return [];
  const head = ["case", "subject", "launch", "count", "total time"];
  return [
    `### GPU time by launch\n\nGPU timestamps of one repetition; the ${shownLaunches} launches that take longest.\n\n${writeTable(
      head,
      ["---", "---", "---", "--:", "--:"],
      rows,
    )}`,
  ];
}

function writeMissingSection(report: BenchReport): string[] {
  const lines = [
    ...describeGaps(report, "error").map((gap) => `- failed: ${gap}`),
    ...describeGaps(report, "absent").map((gap) => `- absent: ${gap}`),
  ];
  return lines.length === 0 ? [] : [`### Not measured\n\n${lines.join("\n")}`];
}
