import { parseArgs } from "node:util";
import { ArgumentError } from "@evenkeel/tensor";

export type DatasetName = "fashion-mnist" | "mnist" | "synthetic";
export type ModelName = "convnet" | "lenet" | "mlp" | "vgg" | "resnet20";

const datasetNames: readonly DatasetName[] = ["fashion-mnist", "mnist", "synthetic"];
const modelNames: readonly ModelName[] = ["convnet", "lenet", "mlp", "vgg", "resnet20"];
const normalizations: readonly Options["normalization"][] = ["both", "batch", "none"];
/** More is a slip of the finger, and each thread takes memory. */
const mostThreads = 256;
const backendNames: readonly Options["backend"][] = ["auto", "cpu", "webgpu"];

export interface Options {
  readonly dataset: DatasetName;
  readonly model: ModelName;
  readonly normalization: "both" | "batch" | "none";
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly backend: "auto" | "cpu" | "webgpu";
  /** 0: as many as the machine offers. */
  readonly threads: number;
  /** Training images to use; 0: all of them. */
  readonly images: number;
  /** Absent: a new folder in `runs`, named after the time. */
  readonly out: string | undefined;
  readonly resume: boolean;
  /** The data set that a resumed run has begun with: another one would give another result. */
  readonly trainedOn?: string | undefined;
}

/** The options that decide the result of a run, and their names on the command line. */
export const flags = {
  dataset: "dataset",
  model: "model",
  normalization: "normalization",
  epochs: "epochs",
  batchSize: "batch-size",
  learningRate: "learning-rate",
  seed: "seed",
  backend: "backend",
  images: "images",
} as const;

export const help: string = `Trains one network twice, with batch normalization and without, and compares the two.

  npm start -- [options]

  --dataset NAME         ${datasetNames.join(" | ")}   (fashion-mnist)
  --model NAME           ${modelNames.join(" | ")}   (convnet)
  --normalization WHICH  ${normalizations.join(" | ")}   (both)
  --epochs N             passes over the training images   (3)
  --batch-size N         images in a step   (128)
  --learning-rate X      of SGD with momentum 0.9; falls to 0 on a cosine   (0.05)
  --seed N               of weights, batches and synthetic images   (1)
  --backend NAME         ${backendNames.join(" | ")}   (auto: the GPU where there is one)
  --threads N            CPU threads; 0 takes what the machine offers   (0)
  --images N             training images to use; 0 takes all   (0)
  --out FOLDER           where the results go   (runs/<time>)
  --resume               goes on with an interrupted run, and its options: the one in --out, else runs/latest
  --help                 shows this

Data: the folder in EVENKEEL_DATA, else the user's cache, else a download, else (offline) figures that the program draws.
Results: report.html, summary.json and <arm>/model.safetensors in the run's folder; runs/latest points to it.`;

/** Reads the command line; `undefined` when it asks for help. Throws ArgumentError that names the option. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  return {
    dataset: choice("dataset", values.dataset, datasetNames),
    model: choice("model", values.model, modelNames),
    normalization: choice("normalization", values.normalization, normalizations),
    epochs: whole("epochs", values.epochs, 1),
    batchSize: whole("batch-size", values["batch-size"], 2),
    learningRate: positive("learning-rate", values["learning-rate"]),
    seed: whole("seed", values.seed, 0, 2 ** 32 - 1),
    backend: choice("backend", values.backend, backendNames),
    threads: whole("threads", values.threads, 0, mostThreads),
    images: whole("images", values.images, 0),
    out: values.out,
    resume: values.resume,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        dataset: { type: "string", default: "fashion-mnist" },
        model: { type: "string", default: "convnet" },
        normalization: { type: "string", default: "both" },
        epochs: { type: "string", default: "3" },
        "batch-size": { type: "string", default: "128" },
        "learning-rate": { type: "string", default: "0.05" },
        seed: { type: "string", default: "1" },
        backend: { type: "string", default: "auto" },
        threads: { type: "string", default: "0" },
        images: { type: "string", default: "0" },
        out: { type: "string" },
        resume: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new ArgumentError(`${(error as Error).message} (--help lists the options)`);
  }
}

function choice<Name extends string>(option: string, value: string, names: readonly Name[]): Name {
  const known = names.find((name) => name === value);
  if (known === undefined)
    throw new ArgumentError(`--${option}: found "${value}", expected ${names.join(", ")}`);
  return known;
}

function whole(option: string, value: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < least || number > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new ArgumentError(`--${option}: found "${value}", expected a whole number ${range}`);
  }
  return number;
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number <= 0) {
    throw new ArgumentError(`--${option}: found "${value}", expected a positive number`);
  }
  return number;
}
