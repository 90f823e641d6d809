import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Interruption, withInterruption } from "@evenkeel/nn/node";
import { ArgumentError, EvenkeelError } from "@evenkeel/tensor";
import { makeFolder, writeFileAtomically } from "@evenkeel/tensor/node";
import { type Command, parseCommand } from "./command-line.ts";
import type { Experiment } from "./experiment.ts";
import { experiments } from "./experiments/index.ts";
import { formatNumber } from "./report/describe-result.ts";
import { drawHtml } from "./report/html.ts";
import { writeMarkdown } from "./report/markdown.ts";
import { makeResult, type Result, readCommit, readResults, saveResult } from "./result.ts";
import { runExperiment } from "./runner/run-experiment.ts";

const folder = join(import.meta.dirname, "..");
const say = (line: string): void => console.log(line);

function list(): void {
  for (const { id, title, claim, statement, cost, seeds } of experiments) {
    say(`${id}  ${title}\n    claim: ${claim}. ${statement}\n    ${seeds} seeds, ${cost}`);
  }
}

async function run(command: Extract<Command, { verb: "run" }>): Promise<void> {
  const commit = readCommit();
  const chosen = command.ids.map((id) => experiments.find((experiment) => experiment.id === id)!);
  await withInterruption(async (signal) => {
    for (const experiment of chosen) {
      const { outcomes, minutes } = await runExperiment(experiment, {
        options: command,
        commit,
        signal,
        say,
      });
      const result = makeResult(experiment, outcomes, { minutes, commit });
      await saveResult(join(command.out, "results"), result);
      sayResult(experiment, result, command.quick);
      if (command.record !== undefined) say(`Recorded: ${await saveResult(command.record, result)}`);
    }
  });
  const path = join(command.out, "report.html");
  await writeFileAtomically(path, drawHtml(findResults(join(command.out, "results"), chosen)));
  say(`\nReport: ${path}`);
}

function sayResult(
  { id, title }: Experiment,
  { verdict, measures, thresholds }: Result,
  isQuick: boolean,
): void {
  say(`\n${id}  ${title}: ${isQuick ? "a quick run shows signs alone, no verdict" : verdict}`);
  for (const [name, value] of Object.entries(measures)) {
    const threshold = thresholds.find(({ measure }) => measure === name);
    const judged =
      threshold === undefined
        ? ""
        : `, expected ${threshold.expected}: ${threshold.isMet ? "met" : "missed"}`;
    say(`    ${name}: ${formatNumber(value)}${judged}`);
  }
}

const findResults = (results: string, chosen: readonly Experiment[]) => {
  const found = readResults(results);
  return chosen.map((experiment) => ({ experiment, result: found.get(experiment.id) }));
};

async function report({ results, out }: Extract<Command, { verb: "report" }>): Promise<void> {
  const findings = findResults(results ?? join(folder, "results"), experiments);
  const pages = out ?? "runs/evidence";
  const documents = out ?? join(folder, "..", "..", "docs");
  await makeFolder(pages);
  await makeFolder(join(documents, "evidence"));
  await writeFileAtomically(join(pages, "report.html"), drawHtml(findings));
  const { text, charts } = writeMarkdown(findings);
  for (const { path, svg } of charts) await writeFileAtomically(join(documents, path), svg);
  await writeFileAtomically(join(documents, "evidence.md"), text);
  say(`Report: ${join(pages, "report.html")}\nMarkdown: ${join(documents, "evidence.md")}`);
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2), experiments);
  if (command.verb === "help") say(readFileSync(join(import.meta.dirname, "help.txt"), "utf8"));
  else if (command.verb === "list") list();
  else if (command.verb === "run") await run(command);
  else await report(command);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof EvenkeelError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = error instanceof Interruption ? error.exitCode : error instanceof ArgumentError ? 2 : 1;
}
