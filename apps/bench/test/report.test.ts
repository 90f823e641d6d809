import { describe, expect, it } from "vitest";
import { type BenchReport, checkReport, type Row } from "../src/core/rows.ts";
import { writeHtmlPage } from "../src/report/html.ts";
import { writeMarkdownPage } from "../src/report/markdown.ts";
import { describeProgress, writeTable, writeTargetTable } from "../src/report/table.ts";
import { checkTargets } from "../src/report/targets.ts";

const place = { suite: "batchnorm", case: "forward 32x64x56x56", backend: "cpu", threads: 1 };
const rows: readonly Row[] = [
  {
    ...place,
    subject: "evenkeel",
    milliseconds: 2,
    spread: 0.1,
    bytes: 8e7,
    gigabytesPerSecond: 40,
    rounds: 9,
  },
  { ...place, subject: "roof-copy", milliseconds: 1, spread: 0.1, bytes: 8e7, gigabytesPerSecond: 80 },
  { ...place, subject: "pytorch-cpu", milliseconds: 11, spread: 1, bytes: 8e7, gigabytesPerSecond: 7.3 },
  { ...place, subject: "jax-js-wasm", milliseconds: null, spread: null, error: "y: <differs>" },
  { ...place, subject: "tfjs-wasm", milliseconds: null, spread: null, absent: "tfjs is not installed" },
];
const report: BenchReport = {
  machine: { processor: "A Processor", cores: 2, memoryGibibytes: 8, system: "Linux x64" },
  versions: { node: "24.0.0" },
  date: "2026-11-23T00:00:00.000Z",
  rows,
};

describe("a report", () => {
  it("is unchanged by a round trip through JSON", () => {
    expect(checkReport(JSON.parse(JSON.stringify(report)), "a.json")).toEqual(report);
  });

  it.each([
    ["no report", null, /a\.json: found no bench report/],
    ["no date", { ...report, date: "today" }, /date: found "today"/],
    ["a row without subject", { ...report, rows: [{ ...rows[0], subject: "" }] }, /rows\[0\]: subject/],
    [
      "a row without time",
      { ...report, rows: [{ ...rows[0], milliseconds: null }] },
      /milliseconds: found null/,
    ],
    [
      "a time beside an error",
      { ...report, rows: [{ ...rows[3], milliseconds: 1 }] },
      /expected null beside error/,
    ],
    ["half a thread", { ...report, rows: [{ ...rows[0], threads: 0.5 }] }, /threads: found 0\.5/],
    ["negative bytes", { ...report, rows: [{ ...rows[0], bytes: -1 }] }, /bytes: found -1/],
  ])("is refused with %s", (_name, value, message) => {
    expect(() => checkReport(value, "a.json")).toThrow(message);
  });

  it("is checked against the targets of its cases", () => {
    const outcomes = checkTargets(report).map(({ target, value, isMet }) => [target.measure, value, isMet]);
    expect(outcomes).toEqual([
      ["times as fast as pytorch-cpu", 5.5, true],
      ["times as fast as jax-js-wasm", undefined, false],
      ["times as fast as tfjs-wasm", undefined, false],
      ["of roof-copy", 0.5, false],
    ]);
    const table = writeTargetTable(report);
    expect(table).toMatch(/of roof-copy +at least 60 % +50 % +NOT MET/);
    expect(table).toMatch(/jax-js-wasm +at least 12x +not measured/);
    expect(table).toContain("1 of 4 targets met");
  });

  it("becomes tables with ratios to peers and roofs, and with the reasons for missing rows", () => {
    const table = writeTable(report);
    expect(table).toMatch(/roof-copy .*50 % of it/);
    expect(table).toMatch(/pytorch-cpu .*5\.5x its speed/);
    expect(table).toMatch(/ERROR +jax-js-wasm, 1 thread: y: <differs>/);
    expect(table).toMatch(/absent +tfjs-wasm, 1 thread: tfjs is not installed/);
    expect(describeProgress(rows)).toContain("jax-js-wasm ERROR y: <differs>");
    const page = writeMarkdownPage([report]);
    for (const text of ["A Processor, 2 cores", "node 24.0.0", "2026-11-23", "5.5x its speed", "**no**"]) {
      expect(page).toContain(text);
    }
  });

  it("becomes a page that works offline and escapes its contents", () => {
    const page = writeHtmlPage([report]);
    expect(page).not.toMatch(/(src|href)=/);
    expect(page).toContain("y: &#60;differs&#62;");
    for (const text of ["evenkeel", "2 ms", "roof-copy", "1 ms", "pytorch-cpu", "11 ms", "time (ms)"]) {
      expect(page).toContain(`>${text}</text>`);
    }
    expect(page).not.toContain(">jax-js-wasm</text>");
  });

  it("draws a case without Evenkeel's row, and cuts bars that are far longer than Evenkeel's", () => {
    expect(writeHtmlPage([{ ...report, rows: rows.slice(1) }])).not.toMatch(/NaN|Infinity/);
    const slow = { ...rows[2]!, subject: "tfjs-cpu", milliseconds: 1000 };
    const page = writeHtmlPage([{ ...report, rows: [...rows, slow] }]);
    const countGaps = (html: string): number =>
      html.match(/stroke="var\(--page\)" stroke-width="2.5"/g)?.length ?? 0;
    expect(countGaps(page)).toBe(2);
    expect(countGaps(writeHtmlPage([report]))).toBe(0);
  });

  it("of a GPU names the GPU, images per second, and the GPU time of each launch", () => {
    const step = { suite: "train-step", case: "resnet18 b128", backend: "webgpu", threads: 1 };
    const launchTimes = [{ name: "matmul", count: 3, milliseconds: 1.5 }];
    const own = { ...step, subject: "evenkeel", milliseconds: 64, spread: 1, images: 128 };
    const gpu: BenchReport = {
      ...report,
      machine: { ...report.machine, gpu: "A GPU with driver 1.2", gpuIsSoftware: false },
      rows: [{ ...own, launches: 90, submits: 1, bindGroups: 0, bytesMoved: 2e9, launchTimes }],
    };
    expect(checkReport(JSON.parse(JSON.stringify(gpu)), "a.json")).toEqual(gpu);
    const page = writeMarkdownPage([gpu]);
    for (const text of [
      "## WebGPU: A GPU with driver 1.2",
      "2,000 images/s",
      "launches 90, submits 1, new bind groups 0, bound 2,000 MB",
      "| train-step resnet18 b128 | evenkeel | matmul | 3 | 1.5 ms |",
    ]) {
      expect(page).toContain(text);
    }
    const software = writeMarkdownPage([{ ...gpu, machine: { ...gpu.machine, gpuIsSoftware: true } }]);
    expect(software).not.toContain("GPU time by launch");
    expect(software).not.toContain("images/s");
  });

  it.each(["32x64x56x56", "64x256x56x56", "65536x512"])(
    "asks of batch norm of %s on a GPU for 80 %% of a copy of its tensor",
    (shape) => {
      const rate = { backend: "webgpu", threads: 1, milliseconds: 1, spread: 0 };
      const launches = (milliseconds: number) => [{ name: "normalization", count: 2, milliseconds }];
      const listOutcomes = (share: number) =>
        checkTargets({
          ...report,
          machine: { ...report.machine, gpu: "A GPU", gpuIsSoftware: false },
          rows: ["forward", "forward-backward"].flatMap((pass) => {
            const own = { suite: "batchnorm", case: `${pass} ${shape}`, ...rate };
            return [
              { ...own, subject: "evenkeel", bytes: 3e6, launchTimes: launches(150 / share) },
              { ...own, subject: "roof-copy", bytes: 2e6, launchTimes: launches(1) },
            ];
          }),
        }).flatMap(({ target, isMet }) => (target.measure.startsWith("of roof-copy, ") ? [isMet] : []));
      expect(listOutcomes(81)).toEqual([true, true]);
      expect(listOutcomes(79)).toEqual([false, false]);
    },
  );

  it.each(["mlp b128", "resnet20 b128"])(
    "allows guards a fiftieth of the time of an unguarded step: %s",
    (name) => {
      const listOutcomes = (milliseconds: number, backend: string, threads: number) =>
        checkTargets({
          ...report,
          machine: { ...report.machine, gpuIsSoftware: false },
          rows: ["evenkeel", "evenkeel-unguarded"].map((subject) => ({
            ...{ suite: "fit", case: name, subject, backend, threads, spread: 0 },
            milliseconds: subject === "evenkeel" ? milliseconds : 100,
          })),
        }).map(({ target, value, isMet }) => [target.measure, target.show(value!), isMet]);
      for (const [backend, threads] of [
        ["cpu", 1],
        ["cpu", 2],
        ["webgpu", 1],
      ] as const) {
        expect(listOutcomes(101.9, backend, threads)).toEqual([
          ["slower than without guards", "1.9 %", true],
        ]);
        expect(listOutcomes(102.1, backend, threads)).toEqual([
          ["slower than without guards", "2.1 %", false],
        ]);
        expect(listOutcomes(99.5, backend, threads)).toEqual([
          ["slower than without guards", "-0.5 %", true],
        ]);
      }
    },
  );

  it("of a software GPU is compared by counts, not by time", () => {
    const gpu = {
      ...place,
      backend: "webgpu",
      subject: "evenkeel",
      milliseconds: 1,
      spread: 0,
      gigabytesPerSecond: 1,
    };
    const listOutcomes = (gpuIsSoftware: boolean) =>
      checkTargets({
        ...report,
        machine: { ...report.machine, gpu: "A GPU", gpuIsSoftware },
        rows: [{ ...gpu, launches: 3, submits: 1, bytesMoved: 1 }],
      }).map(({ target, isMet }) => [target.measure, isMet]);
    expect(listOutcomes(true)).toEqual([["launches", false]]);
    expect(listOutcomes(false)).toContainEqual(["of roof-copy, by the GPU's clock", false]);
  });
});
