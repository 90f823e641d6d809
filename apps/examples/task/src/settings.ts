import { resolve } from "node:path";
import { ArgumentError } from "@evenkeel/tensor";

/** The options that every task has. */
export interface CommonOptions {
  /** A name of the task's, `both` for the two that the task compares, or `all` where a task offers it. */
  readonly normalization: string;
  readonly epochs: number;
  readonly seed: number;
  readonly backend: "auto" | "cpu" | "webgpu";
  /** The number of CPU threads; 0 uses as many as the machine has. */
  readonly threads: number;
}

/** How an option is written on the command line. */
export interface Setting<Value> {
  /** The name on the command line, after the two dashes. */
  readonly flag: string;
  readonly defaultValue: Value;
  readonly expected: string;
  /** Parses a value; returns undefined for an invalid text. */
  read(text: string): Value | undefined;
}

/** Every option of a task: its flag, its default, and its parser. */
export type Settings<Options> = { readonly [Name in keyof Options]: Setting<Options[Name]> };

/** An upper bound that catches typing errors; each thread takes memory. */
const mostThreads = 256;

/** The settings that every task has, with the task's choice of normalization and number of epochs. */
export function makeCommonSettings<const Normalization extends string>({
  normalizations,
  epochs,
}: {
  readonly normalizations: readonly Normalization[];
  readonly epochs: number;
}): Settings<CommonOptions & { readonly normalization: "both" | Normalization }> {
  return {
    normalization: readChoice<"both" | Normalization>("normalization", ["both", ...normalizations]),
    epochs: readWholeNumber("epochs", epochs, { least: 1 }),
    seed: readWholeNumber("seed", 1, { least: 0, most: 2 ** 32 - 1 }),
    backend: readChoice("backend", ["auto", "cpu", "webgpu"]),
    threads: readWholeNumber("threads", 0, { least: 0, most: mostThreads }),
  };
}

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

/** An option with a whole number from `least` to `most`. */
export function readWholeNumber(
  flag: string,
  defaultValue: number,
  { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
): Setting<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return {
    flag,
    defaultValue,
    expected: `a whole number ${range}`,
    read: (text) =>
      parseNumber(text, (number) => Number.isInteger(number) && number >= least && number <= most),
  };
}

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
