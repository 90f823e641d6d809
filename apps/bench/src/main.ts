import { readFile } from "node:fs/promises";
import { ArgumentError, EvenkeelError } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import type { BenchReport, Row } from "./core/rows.ts";
import { checkReport } from "./core/rows.ts";
import { help, type Options, parseOptions, type ReportOptions } from "./options.ts";
import { writeHtmlPage } from "./report/html.ts";
import { writeMarkdownPage } from "./report/markdown.ts";
import { describeProgress, writeTable, writeTargetTable } from "./report/table.ts";
import { describeMachine, describeVersions } from "./session/machine.ts";
import { openSession } from "./session/session.ts";
import { suites } from "./suites/index.ts";

const say = (text: string): void => console.log(text);

/** Returns the exit code: 1 if a subject failed or disagreed. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    say(help);
    return 0;
  }
  return "inputs" in options ? report(options) : bench(options);
}

async function bench(options: Options): Promise<number> {
  const rows: Row[] = [];
  const session = await openSession(options);
  try {
    const machine = describeMachine(session);
    const versions = describeVersions(session);
    const devices = session.own.map(({ backend }) => backend.device).join("; ");
    say(`${machine.processor}, ${machine.cores} cores; ${devices}`);
    const result = (): BenchReport => ({ machine, versions, date: new Date().toISOString(), rows });
    for (const suite of suites.filter(({ name }) => options.suites.includes(name))) {
      await suite.run(session, (found) => {
        rows.push(...found);
        say(describeProgress(found));
      });
      // Writes after every suite, so that an interrupted run keeps its results.
      await writePages(result(), options);
    }
    say(`\n${writeTable(result())}\n\n${writeTargetTable(result())}`);
  } finally {
    await session.close();
  }
  if (rows.length === 0) {
    throw new ArgumentError(
      `--case: found "${options.case}", expected part of the name of a case of ${options.suites.join(", ")}`,
    );
  }
  return rows.some(({ error }) => error !== undefined) ? 1 : 0;
}

async function writePages(result: BenchReport, { json, html }: Options): Promise<void> {
  if (json !== undefined) await writeFileAtomically(json, `${JSON.stringify(result, null, 1)}\n`);
  if (html !== undefined) await writeFileAtomically(html, writeHtmlPage([result]));
}

async function report({ inputs, markdown, html }: ReportOptions): Promise<number> {
  const results = await Promise.all(inputs.map(readReport));
  if (markdown !== undefined) await writeFileAtomically(markdown, writeMarkdownPage(results));
  if (html !== undefined) await writeFileAtomically(html, writeHtmlPage(results));
  if (markdown === undefined && html === undefined) {
    for (const result of results) say(`${writeTable(result)}\n\n${writeTargetTable(result)}`);
  }
  return 0;
}

async function readReport(file: string): Promise<BenchReport> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new ArgumentError(
      `${file}: found no JSON, expected a file that --json wrote: ${(error as Error).message}`,
    );
  }
  return checkReport(value, file);
}

/** Exits explicitly, because the GPU object that the peers use would keep the process alive. */
async function run(): Promise<never> {
  try {
    process.exit(await main(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error;
    console.error(`${error.name}: ${error.message}`);
    process.exit(error instanceof ArgumentError ? 2 : 1);
  }
}

await run();
