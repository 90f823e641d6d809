import { resolve } from "node:path";
import { ArgumentError } from "@evenkeel/tensor";

/** The options that every task has. */
export interface CommonOptions {
  /** A name of the task's, `both` for the two that the task compares, or `all` where a task offers it. */
  readonly normalization: string;
  readonly epochs: number;
  readonly learningRate: LearningRates;
  readonly seed: number;
  readonly backend: "auto" | "cpu" | "webgpu";
  /** The number of CPU threads; 0 uses as many as the machine has. */
  readonly threads: number;
}

/** The learning rate of all networks, or one for each normalization, such as `batch=0.1,none=0.03`. */
export type LearningRates = number | string;

/** How an option is written on the command line. */
export interface Setting<Value> {
  /** The name on the command line, after the two dashes. */
  readonly flag: string;
  readonly defaultValue: Value;
  readonly expected: string;
  /** The values of another option that this one has a meaning for; absent, it has one for all. */
  readonly onlyWith?: { readonly option: string; readonly values: readonly string[] };
  /** Parses a value; returns undefined for an invalid text. */
  read(text: string): Value | undefined;
}

/** Every option of a task: its flag, its default, and its parser. */
export type Settings<Options> = { readonly [Name in keyof Options]: Setting<Options[Name]> };

/** An upper bound that catches typing errors; each thread takes memory. */
const mostThreads = 256;

/** The settings that every task has, with the task's choice of normalization, number of epochs and learning rate. */
export function makeCommonSettings<const Normalization extends string>({
  normalizations,
  epochs,
  learningRate,
}: {
  readonly normalizations: readonly Normalization[];
  readonly epochs: number;
  readonly learningRate: number;
}): Settings<CommonOptions & { readonly normalization: "both" | Normalization }> {
  return {
    normalization: readChoice<"both" | Normalization>("normalization", ["both", ...normalizations]),
    epochs: readWholeNumber("epochs", epochs, { least: 1 }),
    learningRate: readLearningRates("learning-rate", learningRate, normalizations),
    seed: readWholeNumber("seed", 1, { least: 0, most: 2 ** 32 - 1 }),
    backend: readChoice("backend", ["auto", "cpu", "webgpu"]),
    threads: readWholeNumber("threads", 0, { least: 0, most: mostThreads }),
  };
}

/** An option that has a meaning only for some values of another one. */
export const onlyWith = <Value>(
  option: string,
  values: readonly string[],
  setting: Setting<Value>,
): Setting<Value> => ({ ...setting, onlyWith: { option, values } });

/** An option with one of some names; the first is the default. */
export function readChoice<const Name extends string>(
  flag: string,
  names: readonly [Name, ...Name[]],
): Setting<Name> {
  return {
    flag,
    defaultValue: names[0],
    expected: names.join(", "),
    read: (text) => names.find((name) => name === text),
  };
}

/** An option with a whole number from `least` to `most`, a multiple of `multipleOf`. */
export function readWholeNumber(
  flag: string,
  defaultValue: number,
  {
    least,
    most = Number.MAX_SAFE_INTEGER,
    multipleOf = 1,
  }: { readonly least: number; readonly most?: number; readonly multipleOf?: number },
): Setting<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const kind = multipleOf === 1 ? "a whole number" : `a multiple of ${multipleOf}`;
  return {
    flag,
    defaultValue,
    expected: `${kind} ${range}`,
    read: (text) =>
      parseNumber(text, (number) => number % multipleOf === 0 && number >= least && number <= most),
  };
}

/** An option with a learning rate for all networks, or with one for each of some normalizations. */
function readLearningRates(
  flag: string,
  defaultValue: number,
  normalizations: readonly string[],
): Setting<LearningRates> {
  const one = readPositiveNumber(flag, defaultValue);
  const example = normalizations.map((name) => `${name}=${defaultValue}`).join(",");
  return {
    flag,
    defaultValue,
    expected: `${one.expected}, or one for each network, such as ${example}`,
    read: (text) => {
      if (!text.includes("=")) return one.read(text);
      const rates = readPairs(text).map(([name, rate]) => [name, one.read(rate)] as const);
      const isValid =
        new Set(rates.map(([name]) => name)).size === rates.length &&
        rates.every(([name, rate]) => normalizations.includes(name) && rate !== undefined);
      return isValid ? rates.map(([name, rate]) => `${name}=${rate}`).join(",") : undefined;
    },
  };
}

/** The learning rate of one network. Throws ArgumentError if there is one for others only. */
export function findLearningRate(rates: LearningRates, normalization: string): number {
  if (typeof rates === "number") return rates;
  const pair = readPairs(rates).find(([name]) => name === normalization);
  if (pair === undefined) {
    throw new ArgumentError(
      `--learning-rate: found ${rates}, expected one for each network that is trained: ${normalization} too`,
    );
  }
  return Number(pair[1]);
}

/** The names and values in a text such as `one=1,two=2`. */
const readPairs = (text: string): readonly (readonly [name: string, value: string])[] =>
  text.split(",").map((pair) => {
    const [name, ...rest] = pair.split("=");
    return [name!.trim(), rest.join("=")];
  });

/** An option with a finite positive number. */
export const readPositiveNumber = (flag: string, defaultValue: number): Setting<number> => ({
  flag,
  defaultValue,
  expected: "a positive number",
  read: (text) => parseNumber(text, (number) => Number.isFinite(number) && number > 0),
});

/** An option with a number from 0 to 1, without 1. */
export const readShare = (flag: string, defaultValue: number): Setting<number> => ({
  flag,
  defaultValue,
  expected: "a number from 0 to 1, without 1",
  read: (text) => parseNumber(text, (number) => number >= 0 && number < 1),
});

/** An option with a folder, kept as its absolute path; empty if it is not given. */
export const readFolder = (flag: string): Setting<string> => ({
  flag,
  defaultValue: "",
  expected: "a folder",
  read: (text) => {
    if (text === "") return "";
    return text.trim() === "" || text.startsWith("-") ? undefined : resolve(text);
  },
});

/** The names of the options of a task. */
export const listNames = <Options>(settings: Settings<Options>): readonly (keyof Options & string)[] =>
  Object.keys(settings) as (keyof Options & string)[];

/** Parses the value of an option. Throws an ArgumentError, which calls the option `called`, if the text is invalid. */
export function readSetting<Value>({ expected, read }: Setting<Value>, text: string, called: string): Value {
  const value = read(text);
  if (value === undefined) {
    throw new ArgumentError(`${called}: found ${JSON.stringify(text)}, expected ${expected}`);
  }
  return value;
}

function parseNumber(text: string, accepts: (number: number) => boolean): number | undefined {
  const number = Number(text);
  return text.trim() !== "" && accepts(number) ? number : undefined;
}
