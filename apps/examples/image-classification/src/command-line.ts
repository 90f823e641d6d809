import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ArgumentError } from "@evenkeel/tensor";
import { type Options, readSetting, settingNames, settings } from "./options.ts";

/** The parsed command line. */
export interface Command {
  readonly options: Options;
  /** The options given on the command line; the others have their defaults. */
  readonly given: ReadonlySet<keyof Options>;
  /** The folder of the run; if absent, a new folder in `runs`. */
  readonly out: string | undefined;
  readonly resume: boolean;
}

/** The text of `--help`, in a file of its own so that it can be shown before the setup. */
export const help: string = readFileSync(new URL("help.txt", import.meta.url), "utf8").trimEnd();

const flagsWithValue = [...settingNames.map((name) => settings[name].flag), "out"];
const switches = ["resume"];

/** Reads the command line; `undefined` if it asks for help. Throws an ArgumentError that names the option. */
export function parseCommand(args: readonly string[]): Command | undefined {
  if (args.some((arg) => arg === "--help" || arg === "-h")) return undefined;
  const found = readFlags(args);
  const given = new Set(settingNames.filter((name) => found.has(settings[name].flag)));
  const values = settingNames.map((name) => {
    const { flag, defaultValue } = settings[name];
    return [name, given.has(name) ? readSetting(name, found.get(flag)!, `--${flag}`) : defaultValue];
  });
  const out = found.get("out");
  if (out !== undefined && (out.trim() === "" || out.startsWith("-"))) {
    throw new ArgumentError(`--out: found ${JSON.stringify(out)}, expected a folder`);
  }
  return { options: Object.fromEntries(values), given, out, resume: found.has("resume") };
}

/** The flags of a command line with their values; a switch has an empty value. */
function readFlags(args: readonly string[]): Map<string, string> {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(flagsWithValue.map((flag) => [flag, { type: "string" }])),
      ...Object.fromEntries(switches.map((flag) => [flag, { type: "boolean" }])),
    },
  });
  const found = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "positional") throw wrong(token.value, "options only");
    if (token.kind === "option-terminator") continue;
    const { name, rawName, value } = token;
    const takesValue = flagsWithValue.includes(name);
    if (!takesValue && !switches.includes(name)) {
      throw wrong(rawName, `one of --${[...flagsWithValue, ...switches].join(", --")}`);
    }
    if (found.has(name)) throw new ArgumentError(`${rawName}: found twice, expected once`);
    if (takesValue !== (value !== undefined)) {
      throw new ArgumentError(
        `${rawName}: found ${value ?? "no value"}, expected ${takesValue ? "one" : "no value"}`,
      );
    }
    found.set(name, value ?? "");
  }
  return found;
}

const wrong = (found: string, expected: string): ArgumentError =>
  new ArgumentError(`command line: found ${found}, expected ${expected} (--help explains them)`);
