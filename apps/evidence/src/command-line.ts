import { parseArgs } from "node:util";
import { ArgumentError } from "@evenkeel/tensor";
import type { Experiment } from "./experiment.ts";

/** The parsed command line. */
export type Command =
  | { readonly verb: "help" }
  | { readonly verb: "list" }
  | ({ readonly verb: "run"; readonly ids: readonly string[] } & RunOptions)
  | { readonly verb: "report"; readonly results: string | undefined; readonly out: string | undefined };

export interface RunOptions {
  readonly quick: boolean;
  /** Absent, the number that each experiment states. */
  readonly seeds: number | undefined;
  readonly backend: "cpu" | "webgpu";
  /** Keeps the trials that an earlier run finished. */
  readonly resume: boolean;
  /** The number of trials that run at the same time; absent, one for each processor core. */
  readonly processes: number | undefined;
  readonly out: string;
  /** The folder for the results that the project keeps; absent, none are written. */
  readonly record: string | undefined;
}

const defaultFolder = "runs/evidence";

const runFlags = {
  quick: { type: "boolean" },
  seeds: { type: "string" },
  backend: { type: "string" },
  resume: { type: "boolean" },
  processes: { type: "string" },
  out: { type: "string" },
  record: { type: "string" },
} as const;
const reportFlags = { results: { type: "string" }, out: { type: "string" } } as const;

/** Reads the command line. Throws an ArgumentError that names the argument. */
export function parseCommand(args: readonly string[], experiments: readonly Experiment[]): Command {
  const [verb, ...rest] = args;
  if (verb === undefined || args.includes("--help") || args.includes("-h")) return { verb: "help" };
  if (verb === "list") {
    readFlags(rest, {}, 0);
    return { verb };
  }
  if (verb === "run") return { verb, ...readRun(rest, experiments) };
  if (verb === "report") {
    const { values } = readFlags(rest, reportFlags, 0);
    return { verb, results: readText("results", values.results), out: readText("out", values.out) };
  }
  throw new ArgumentError(`command line: found ${verb}, expected list, run or report (--help explains them)`);
}

function readRun(
  args: readonly string[],
  experiments: readonly Experiment[],
): RunOptions & { readonly ids: readonly string[] } {
  const { values, positionals } = readFlags(args, runFlags, Number.POSITIVE_INFINITY);
  const known = experiments.map(({ id }) => id);
  for (const id of positionals) {
    if (known.includes(id.toUpperCase()) || id === "all") continue;
    throw new ArgumentError(`run: found ${id}, expected all, or some of ${known.join(", ")}`);
  }
  if (positionals.length === 0) {
    throw new ArgumentError(`run: found no experiment, expected all, or some of ${known.join(", ")}`);
  }
  const { backend = "cpu" } = values;
  if (backend !== "cpu" && backend !== "webgpu") {
    throw new ArgumentError(`--backend: found ${String(backend)}, expected cpu or webgpu`);
  }
  return {
    ids: positionals.includes("all") ? known : [...new Set(positionals.map((id) => id.toUpperCase()))],
    quick: values.quick === true,
    seeds: readCount("seeds", values.seeds),
    backend,
    resume: values.resume === true,
    processes: readCount("processes", values.processes),
    out: readText("out", values.out) ?? defaultFolder,
    record: readText("record", values.record),
  };
}

type Flags = { readonly [name: string]: { readonly type: "string" | "boolean" } };
type Values<Options extends Flags> = { readonly [Name in keyof Options]?: string | boolean };

function readFlags<Options extends Flags>(
  args: readonly string[],
  options: Options,
  mostPositionals: number,
): { readonly values: Values<Options>; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (positionals.length > mostPositionals) throw new Error(`Unexpected argument '${positionals[0]}'`);
    return { values: values as Values<Options>, positionals };
  } catch (error) {
    throw new ArgumentError(`command line: ${(error as Error).message} (--help explains the options)`);
  }
}

function readCount(flag: string, text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new ArgumentError(`--${flag}: found ${String(text)}, expected a whole number of at least 1`);
}

function readText(flag: string, text: string | boolean | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (typeof text === "string" && text.trim() !== "" && !text.startsWith("-")) return text;
  throw new ArgumentError(`--${flag}: found ${JSON.stringify(text)}, expected a folder`);
}
