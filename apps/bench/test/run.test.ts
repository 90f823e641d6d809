import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@evenkeel/backend-cpu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BenchReport, checkReport } from "../src/core/rows.ts";
import { bench, benchWith, type Outcome } from "./run-bench.ts";

const layers = ["fit", "inference", "attention", "recurrent"];
/** The suites of cases at which subjects are timed. */
const timed = ["batchnorm", "matmul", "conv", "launch", "train-step", ...layers];

describe("pnpm bench", () => {
  let folder: string;
  let report: BenchReport;
  let outcome: Outcome;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "evenkeel-bench-test-"));
    const json = join(folder, "quick.json");
    outcome = await bench(...timed, "--quick", "--json", json);
    report = checkReport(JSON.parse(await readFile(json, "utf8")), json);
  }, 300_000);

  afterAll(() => rm(folder, { recursive: true }));

  it("measures every installed subject, and all agree", () => {
    expect(report.rows.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(outcome).toMatchObject({ code: 0 });
    const cases = new Set(report.rows.map((row) => `${row.suite} ${row.case}`));
    expect(cases.size).toBe(31);
    const own = report.rows.filter(({ subject }) => subject === "evenkeel");
    expect(own).toHaveLength(cases.size);
    for (const peer of ["pytorch-cpu", "jax-js-wasm", "tfjs-wasm"]) {
      expect(report.rows.filter(({ subject }) => subject === peer)).toHaveLength(cases.size);
    }
  });

  it("measures variants beside the cases that have some, and the layers that other libraries have", () => {
    const listCases = (subject: string): string[] =>
      report.rows.flatMap((row) =>
        row.subject === subject && row.milliseconds !== null && layers.includes(row.suite)
          ? [`${row.suite} ${row.case}`]
          : [],
      );
    expect(listCases("evenkeel-unguarded")).toEqual(["fit mlp b4", "fit resnet20 b4"]);
    expect(listCases("evenkeel-unfolded")).toEqual(["inference resnet20 b4", "inference conv-stack b4"]);
    const softmaxes = ["causal", "padding"].flatMap((mask) =>
      ["forward", "forward-backward"].map((pass) => `attention softmax ${pass} 3x2x5x7 ${mask}`),
    );
    expect(listCases("evenkeel-unfused")).toEqual(softmaxes);
    const attention = "attention layer forward-backward 2x6x16 4 heads";
    const lstm = "recurrent lstm forward-backward 5x3x6 8";
    expect(listCases("tfjs-wasm")).toEqual([...softmaxes, lstm]);
    expect(listCases("jax-js-wasm")).toEqual([...softmaxes, attention]);
    const hasPytorch = report.rows.some(
      ({ subject, milliseconds }) => subject === "pytorch-cpu" && milliseconds !== null,
    );
    expect(listCases("pytorch-cpu")).toEqual(
      hasPytorch
        ? [
            ...["inference resnet20 b4", "inference conv-stack b4", ...softmaxes, attention],
            ...[lstm, "recurrent gru forward-backward 5x3x6 8"],
          ]
        : [],
    );
  });

  it("measures the roofs next to them", () => {
    const roofs = new Set(
      report.rows.flatMap(({ suite, subject }) => (/^roof/.test(subject) ? [`${suite} ${subject}`] : [])),
    );
    const isWide = report.rows.some(({ subject }) => subject === "evenkeel-128");
    expect([...roofs].sort()).toEqual([
      "attention roof-copy",
      "batchnorm roof-copy",
      "batchnorm roof-read",
      "conv roof-fma",
      ...(isWide ? ["conv roof-fma-256"] : []),
      "matmul roof-fma",
      ...(isWide ? ["matmul roof-fma-256"] : []),
    ]);
  });

  it("compares vectors of 256 bits with those of 128, where there are both", async () => {
    const backend = await cpu({ threads: 1 }).open();
    const isWide = backend.limits.features.has("wide-simd");
    await backend.close();
    const suites = report.rows.flatMap(({ suite, subject }) => (subject === "evenkeel-128" ? [suite] : []));
    expect([...new Set(suites)]).toEqual(isWide ? ["matmul", "conv", "train-step"] : []);
  });

  it("prints a table, and makes pages from the file that it wrote", async () => {
    expect(outcome.output).toContain("evenkeel reaches");
    const [markdown, html] = [join(folder, "page.md"), join(folder, "page.html")];
    const { code } = await bench(
      "report",
      join(folder, "quick.json"),
      "--markdown",
      markdown,
      "--html",
      html,
    );
    expect(code).toBe(0);
    expect(await readFile(markdown, "utf8")).toContain("| forward 4x8x7x7 | evenkeel | 1 |");
    expect(await readFile(html, "utf8")).toContain("<svg");
  });

  it("reports the cost of memory, size and the first step", async () => {
    const json = join(folder, "sizes.json");
    const { code } = await bench("memory", "size", "load", "--quick", "--peers", "none", "--json", json);
    expect(code).toBe(0);
    const { rows } = checkReport(JSON.parse(await readFile(json, "utf8")), json);
    const places = rows.map((row) => `${row.suite} ${row.subject}`);
    expect(places).toEqual([
      "memory evenkeel",
      "size evenkeel",
      "size evenkeel",
      "size evenkeel-webgpu",
      "load evenkeel",
    ]);
    for (const row of rows.slice(0, -1)) expect(row.bytes).toBeGreaterThan(10_000);
  });

  it("reports a peer that is not installed as absent", async () => {
    const json = join(folder, "absent.json");
    const python = { EVENKEEL_PYTHON: join(folder, "no-python") };
    const { code } = await benchWith(python, "matmul", "--quick", "--peers", "pytorch-cpu", "--json", json);
    expect(code).toBe(0);
    const { rows } = checkReport(JSON.parse(await readFile(json, "utf8")), json);
    const [row] = rows.filter(({ subject }) => subject === "pytorch-cpu");
    expect(row).toMatchObject({ milliseconds: null, absent: expect.stringContaining("has no PyTorch") });
  });

  it.each([
    [["fastest"], /suite: found "fastest"/],
    [
      ["matmul", "--case", "nothing", "--quick", "--peers", "none"],
      /--case: found "nothing", expected part of the name of a case of matmul/,
    ],
    [["report", "missing.json"], /missing\.json: found no JSON, expected a file that --json wrote/],
  ])("ends with code 2 and says why: %j", async (args, message) => {
    const { code, output } = await bench(...args);
    expect(code).toBe(2);
    expect(output).toMatch(message);
  });
});
