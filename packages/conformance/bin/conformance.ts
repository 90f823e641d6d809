import { parseArgs } from "node:util";
import type { CpuOptions } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { ArgumentError, EvenkeelError } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import type { CaseOutcome, ConformanceReport } from "../src/index.ts";
import { runConformance } from "../src/index.ts";

const usage = `pnpm conformance --backend <name> [--json <file>] [--op <name>] [--threads <n>] [--vectors <bits>]

  --backend   cpu or webgpu
  --json      writes the report to this file
  --op        runs one op only
  --threads   how many threads the cpu backend uses
  --vectors   the bits of its vectors: 128, 256 or auto (auto)`;

/** A usage error, shown without a stack trace. */
class UsageError extends Error {}

/** The only place that names backends. */
const backends: { readonly [name: string]: (options: CpuOptions) => Promise<Backend> } = {
  cpu: async (options) => (await import("@evenkeel/backend-cpu")).cpu(options).open(),
  webgpu: async () =>
    (await import("@evenkeel/backend-webgpu")).webgpu({ nonFinite: true, software: true }).open(),
};

const vectorOptions: { readonly [text: string]: CpuOptions["vectors"] } = {
  "128": 128,
  "256": 256,
  auto: "auto",
};

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        backend: { type: "string" },
        json: { type: "string" },
        op: { type: "string" },
        threads: { type: "string" },
        vectors: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The options that came with the command. */
type Options = ReturnType<typeof readOptions>;

function openBackend({ backend: name, threads, vectors }: Options): Promise<Backend> {
  const names = Object.keys(backends).join(", ");
  if (name === undefined) throw new UsageError(`--backend: expected one of: ${names}`);
  const opener = Object.hasOwn(backends, name) ? backends[name] : undefined;
  if (opener === undefined) throw new UsageError(`--backend: found "${name}", expected one of: ${names}`);
  if (threads !== undefined && !/^[1-9]\d*$/.test(threads)) {
    throw new UsageError(`--threads: found "${threads}", expected a positive whole number`);
  }
  if (vectors !== undefined && !Object.hasOwn(vectorOptions, vectors)) {
    throw new UsageError(`--vectors: found "${vectors}", expected 128, 256 or auto`);
  }
  return opener({
    threads: threads === undefined ? undefined : Number(threads),
    vectors: vectors === undefined ? undefined : vectorOptions[vectors],
  });
}

function showFailure({ op, case: name, status, checks }: CaseOutcome): void {
  if (status !== "failed") return;
  for (const { check, failure } of checks) {
    if (failure !== undefined) console.log(`FAILED ${op} / ${name} / ${check}: ${failure}`);
  }
}

function showTable(report: ConformanceReport): void {
  const rows = Object.entries(report.ops).map(([name, { kernel, passed, failed, worstError }]) => [
    name,
    kernel,
    String(passed),
    String(failed),
    worstError.toExponential(1),
  ]);
  const table = [["op", "runs as", "passed", "failed", "worst error"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join("  "),
    );
  }
  const { backend, device, passed, failed, skipped } = report;
  console.log(`\n${backend} (${device}): ${passed} passed, ${failed} failed, ${skipped} skipped`);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const backend = await openBackend(options);
  try {
    const report = await runConformance(backend, {
      op: options.op,
      onCase: showFailure,
    });
    showTable(report);
    if (options.json !== undefined) {
      await writeFileAtomically(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
    return report.failed === 0 ? 0 : 1;
  } finally {
    await backend.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const isMistake = error instanceof UsageError || error instanceof ArgumentError;
  if (!isMistake && !(error instanceof EvenkeelError)) throw error;
  console.error(isMistake ? `${error.message}\n\n${usage}` : error.message);
  process.exitCode = isMistake ? 2 : 1;
}
