import { ArgumentError } from "@evenkeel/tensor";

/** What is trained, how, and on what. */
export interface Options {
  readonly dataset: "fashion-mnist" | "mnist" | "synthetic";
  readonly model: "convnet" | "lenet" | "mlp" | "vgg" | "resnet20";
  readonly normalization: "both" | Normalization;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly backend: "auto" | "cpu" | "webgpu";
  /** 0: as many as the machine offers. */
  readonly threads: number;
  /** Training images to use; 0: all of them. */
  readonly images: number;
}

/** The arms of the comparison. */
export type Normalization = "batch" | "none";

interface Setting<Value> {
  /** Its name on the command line, behind two dashes. */
  readonly flag: string;
  readonly defaultValue: Value;
  readonly expected: string;
  /** Returns undefined for a text that is not such a value. */
  read(text: string): Value | undefined;
}

/** More is a typing error, and each thread takes memory. */
const mostThreads = 256;

/** Every option: its flag, its default, and how it is read. */
export const settings: { readonly [Name in keyof Options]: Setting<Options[Name]> } = {
  dataset: choice("dataset", ["fashion-mnist", "mnist", "synthetic"]),
  model: choice("model", ["convnet", "lenet", "mlp", "vgg", "resnet20"]),
  normalization: choice("normalization", ["both", "batch", "none"]),
  epochs: whole("epochs", 3, { least: 1 }),
  batchSize: whole("batch-size", 128, { least: 2 }),
  learningRate: {
    flag: "learning-rate",
    defaultValue: 0.05,
    expected: "a positive number",
    read: (text) => numberIn(text, (number) => Number.isFinite(number) && number > 0),
  },
  seed: whole("seed", 1, { least: 0, most: 2 ** 32 - 1 }),
  backend: choice("backend", ["auto", "cpu", "webgpu"]),
  threads: whole("threads", 0, { least: 0, most: mostThreads }),
  images: whole("images", 0, { least: 0 }),
};

export const settingNames = Object.keys(settings) as (keyof Options)[];

/** The value of an option in a text. Throws ArgumentError, which calls the option `called`, where the text is not one. */
export function readSetting<Name extends keyof Options>(
  name: Name,
  text: string,
  called: string,
): Options[Name] {
  const { expected, read } = settings[name];
  const value = read(text);
  if (value === undefined) {
    throw new ArgumentError(`${called}: found ${JSON.stringify(text)}, expected ${expected}`);
  }
  return value;
}

/** The first name is the default. */
function choice<Name extends string>(flag: string, names: readonly [Name, ...Name[]]): Setting<Name> {
  return {
    flag,
    defaultValue: names[0],
    expected: names.join(", "),
    read: (text) => names.find((name) => name === text),
  };
}

function whole(
  flag: string,
  defaultValue: number,
  { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
): Setting<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return {
    flag,
    defaultValue,
    expected: `a whole number ${range}`,
    read: (text) => numberIn(text, (number) => Number.isInteger(number) && number >= least && number <= most),
  };
}

function numberIn(text: string, accepts: (number: number) => boolean): number | undefined {
  const number = Number(text);
  return text.trim() !== "" && accepts(number) ? number : undefined;
}
