import { parseArgs } from "node:util";
import { ArgumentError } from "@evenkeel/tensor";
import { listChosenArms } from "./run/chosen-arms.ts";
import { type CommonOptions, findLearningRate, listNames, readSetting } from "./settings.ts";
import type { AnyTask } from "./task.ts";

/** What the program can do. */
export type Verb = "train" | "evaluate" | "predict";

/** The parsed command line. */
export interface Command {
  readonly verb: Verb;
  readonly options: CommonOptions;
  /** The options given on the command line; the others have their defaults. */
  readonly given: ReadonlySet<keyof CommonOptions>;
  /** The folder of the run that is evaluated or predicts. */
  readonly run: string | undefined;
  /** The inputs of a prediction. */
  readonly inputs: readonly string[];
  /** The folder for the results; if absent, a new folder in `runs`, or that of the run that predicts. */
  readonly out: string | undefined;
  readonly resume: boolean;
  /** The folder for the records of figures; absent, none are written. */
  readonly record: string | undefined;
}

interface Form {
  /** The options of the task that the verb takes; absent, all. */
  readonly options?: readonly (keyof CommonOptions)[];
  readonly folders: readonly ("out" | "record")[];
  readonly switches: readonly string[];
  readonly expected: (task: AnyTask) => string;
  accepts(positionals: readonly string[]): boolean;
}

const forms: { readonly [Name in Verb]: Form } = {
  train: {
    folders: ["out", "record"],
    switches: ["resume", "quick"],
    expected: () => "options only",
    accepts: (positionals) => positionals.length === 0,
  },
  evaluate: {
    options: ["normalization", "backend", "threads"],
    folders: [],
    switches: [],
    expected: () => "the folder of a finished run",
    accepts: (positionals) => positionals.length === 1,
  },
  predict: {
    options: ["normalization", "backend", "threads"],
    folders: ["out"],
    switches: [],
    expected: ({ predicts }) => `the folder of a finished run and ${predicts}`,
    accepts: (positionals) => positionals.length >= 2,
  },
};

/**
 * Reads the command line of a task; `undefined` if it asks for help. Without a verb it trains. Throws an ArgumentError that
 * names the option.
 */
export function parseCommand(task: AnyTask, args: readonly string[]): Command | undefined {
  if (args.some((arg) => arg === "--help" || arg === "-h")) return undefined;
  const verb = readVerb(args);
  const form = forms[verb];
  const { settings } = task;
  const names = listNames(settings).filter((name) => form.options?.includes(name) ?? true);
  const flags = names.map((name) => settings[name].flag);
  const { found, positionals } = readFlags(args.slice(args[0] === verb ? 1 : 0), {
    withValue: [...flags, ...form.folders],
    switches: form.switches,
  });
  if (!form.accepts(positionals)) {
    const stray = verb === "train" ? positionals[0]! : positionals.join(" ") || "nothing";
    throw wrong(stray, form.expected(task));
  }
  if (positionals.some((positional) => positional.trim() === "")) {
    throw wrong("an empty argument", form.expected(task));
  }
  const given = new Set(names.filter((name) => found.has(settings[name].flag)));
  const { resume, quick } = { resume: found.has("resume"), quick: found.has("quick") };
  if (resume && quick) throw wrong("--quick", "--resume alone: a resumed run keeps its options");
  const defaults: Partial<CommonOptions> = quick ? task.quick : {};
  const values = listNames(settings).map((name) => {
    const { flag, defaultValue } = settings[name];
    const value = given.has(name)
      ? readSetting<unknown>(settings[name], found.get(flag)!, `--${flag}`)
      : (defaults[name] ?? defaultValue);
    return [name, value];
  });
  const options: CommonOptions = Object.fromEntries(values);
  // A run that goes on has the options that it was begun with.
  if (verb === "train" && !resume) checkTogether(task, options, given);
  const [run, ...inputs] = positionals;
  return {
    verb,
    options,
    given,
    run,
    inputs,
    out: readFolder(found, "out"),
    record: readFolder(found, "record"),
    resume,
  };
}

/** Throws ArgumentError if an option has no meaning with another one, or if a network has no learning rate. */
function checkTogether(task: AnyTask, options: CommonOptions, given: ReadonlySet<keyof CommonOptions>): void {
  for (const name of given) {
    const { flag, onlyWith } = task.settings[name];
    if (onlyWith === undefined) continue;
    const option = onlyWith.option as keyof CommonOptions;
    if (onlyWith.values.includes(String(options[option]))) continue;
    const other = `--${task.settings[option].flag}`;
    throw new ArgumentError(
      `--${flag}: found with ${other} ${options[option]}, expected ${other} ${onlyWith.values.join(" or ")}`,
    );
  }
  for (const normalization of listChosenArms(task, options.normalization)) {
    findLearningRate(options.learningRate, normalization);
  }
}

function readVerb([first]: readonly string[]): Verb {
  if (first === undefined || first.startsWith("-")) return "train";
  if (Object.hasOwn(forms, first)) return first as Verb;
  throw wrong(first, "train, evaluate or predict");
}

function readFolder(found: ReadonlyMap<string, string>, flag: string): string | undefined {
  const folder = found.get(flag);
  if (folder !== undefined && (folder.trim() === "" || folder.startsWith("-"))) {
    throw new ArgumentError(`--${flag}: found ${JSON.stringify(folder)}, expected a folder`);
  }
  return folder;
}

/** The flags of a command line with their values, where a switch has an empty value, and the other arguments. */
function readFlags(
  args: readonly string[],
  { withValue, switches }: { readonly withValue: readonly string[]; readonly switches: readonly string[] },
): { readonly found: ReadonlyMap<string, string>; readonly positionals: readonly string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(withValue.map((flag) => [flag, { type: "string" }])),
      ...Object.fromEntries(switches.map((flag) => [flag, { type: "boolean" }])),
    },
  });
  const found = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const takesValue = withValue.includes(name);
    if (!takesValue && !switches.includes(name)) {
      throw wrong(rawName, `one of --${[...withValue, ...switches].join(", --")}`);
    }
    if (found.has(name)) throw new ArgumentError(`${rawName}: found twice, expected once`);
    if (takesValue !== (value !== undefined)) {
      throw new ArgumentError(
        `${rawName}: found ${value ?? "no value"}, expected ${takesValue ? "one" : "no value"}`,
      );
    }
    found.set(name, value ?? "");
  }
  return { found, positionals };
}

const wrong = (found: string, expected: string): ArgumentError =>
  new ArgumentError(`command line: found ${found}, expected ${expected} (--help explains them)`);
