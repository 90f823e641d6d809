import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Chart } from "@evenkeel/report";
import { makeFolder, writeFileAtomically } from "@evenkeel/tensor/node";
import type { Experiment, Outcome, Verdict } from "./experiment.ts";

/** The result of an experiment, as the project keeps it. Numbers that are not finite are null. */
export interface Result {
  readonly id: string;
  readonly claim: string;
  readonly verdict: Verdict;
  readonly thresholds: readonly {
    readonly measure: string;
    readonly expected: string;
    readonly isMet: boolean;
  }[];
  readonly measures: { readonly [name: string]: number | null };
  readonly intervals: { readonly [name: string]: readonly [low: number | null, high: number | null] };
  readonly seeds: number;
  /** Of processor time. */
  readonly minutes: number;
  readonly machine: string;
  readonly date: string;
  readonly commit: string;
  readonly charts: readonly Chart[];
}

/** Holds the outcomes of an experiment against its thresholds. */
export function makeResult(
  experiment: Experiment,
  outcomes: readonly Outcome[],
  { minutes, commit }: { readonly minutes: number; readonly commit: string },
): Result {
  const measures = experiment.summarize(outcomes);
  const held = experiment.thresholds.map(({ measure, expected, accepts, opposes }) => {
    const { value, interval } = measures.find(({ name }) => name === measure)!;
    return {
      measure,
      expected,
      isMet: accepts(value, interval),
      isOpposed: opposes?.(value, interval) ?? false,
    };
  });
  const listNames = (which: "isMet" | "isOpposed"): ReadonlySet<string> =>
    new Set(held.filter((one) => one[which]).map(({ measure }) => measure));
  return {
    id: experiment.id,
    claim: experiment.claim,
    verdict: experiment.judge(listNames("isMet"), listNames("isOpposed")),
    thresholds: held.map(({ measure, expected, isMet }) => ({ measure, expected, isMet })),
    measures: Object.fromEntries(measures.map(({ name, value }) => [name, value])),
    intervals: Object.fromEntries(measures.map(({ name, interval }) => [name, interval])),
    seeds: new Set(outcomes.map(({ trial }) => trial.seed)).size,
    minutes: Math.round(10 * minutes) / 10,
    machine: `${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}`,
    date: new Date().toISOString().slice(0, 10),
    commit,
    charts: experiment.draw(outcomes),
  };
}

export async function saveResult(folder: string, result: Result): Promise<string> {
  await makeFolder(folder);
  const path = join(folder, `${result.id}.json`);
  await writeFileAtomically(path, `${JSON.stringify(result, null, 1)}\n`);
  return path;
}

/** The results in a folder by their ids. */
export const readResults = (folder: string): ReadonlyMap<string, Result> =>
  new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith(".json"))
      .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Result)
      .map((result) => [result.id, result]),
  );

/** The commit of the working copy, with a mark if files differ from it; `unknown` outside of a repository. */
export function readCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${isChanged ? " with changes" : ""}`;
  } catch {
    return "unknown";
  }
}
