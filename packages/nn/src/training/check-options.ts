import { ArgumentError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import {
  anAbortSignal,
  callable,
  checkOptions,
  checkValue,
  listOf,
  nonNegativeInteger,
  oneOf,
  positiveInteger,
  text,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { checkCheckpointName } from "../checkpoints/checkpoint-store.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import type { BestOptions, Callback, CheckpointOptions, FitOptions } from "./fit-options.ts";
import type { Measures } from "./measurements/measures.ts";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const has =
  (...names: readonly string[]) =>
  (value: unknown): boolean =>
    isObject(value) && names.every((name) => typeof value[name] === "function");

export const dataSource: Rule = {
  expected: "a function of the epoch that gives batches, or an object with such a method `epoch`",
  accepts: (value) => typeof value === "function" || has("epoch")(value),
};
export const optimizerRule: Rule = {
  expected: "an Optimizer",
  accepts: has("step", "checkModel", "readStateArrays"),
};
const metric: Rule = {
  expected: "a function of outputs and labels, or { counts, of }",
  accepts: (value) => typeof value === "function" || has("counts", "of")(value),
};
const listeners: readonly (keyof Callback)[] = [
  "onStart",
  "onStep",
  "onBatch",
  "onValidation",
  "onEpoch",
  "onEnd",
  "onError",
];

const callback: Rule = {
  expected: `objects with at least one of ${listeners.map((name) => `\`${name}\``).join(", ")}`,
  accepts: (value) => {
    if (!isObject(value)) return false;
    const present = listeners.map((name) => value[name]).filter((listener) => listener !== undefined);
    return present.length > 0 && present.every((listener) => typeof listener === "function");
  },
};
const store: Rule = { expected: "a CheckpointStore", accepts: has("save", "load") };
const anObject: Rule = { expected: "an object", accepts: isObject };

const measureRules: Rules<Measures<never, never>> = { loss: callable, metrics: anObject };

const fitRules: Rules<FitOptions<never, never, never>> = {
  ...measureRules,
  data: dataSource,
  optimizer: optimizerRule,
  schedule: callable,
  epochs: nonNegativeInteger,
  validation: dataSource,
  callbacks: listOf(callback),
  validateEvery: positiveInteger,
  probe: anObject,
  checkpoint: anObject,
  resumed: yesOrNo,
  signal: anAbortSignal,
  readEvery: positiveInteger,
  onNonFinite: oneOf("throw", "stop", "continue"),
  transformGradients: callable,
  onUpdate: callable,
};

const evaluateRules: Rules<EvaluateOptions<never, never, never>> = {
  ...measureRules,
  data: dataSource,
  epoch: nonNegativeInteger,
  signal: anAbortSignal,
};

const checkpointRules: Rules<CheckpointOptions> = {
  store,
  name: text,
  run: text,
  everySteps: positiveInteger,
  keep: nonNegativeInteger,
  best: anObject,
};

const bestRules: Rules<BestOptions> = { monitor: callable, mode: oneOf("min", "max"), restored: yesOrNo };

/** Checks the options of `fit`, before anything is done. */
export function checkFitOptions(
  options: Pick<FitOptions<never, never, never>, "checkpoint" | "probe" | "validateEvery"> & {
    readonly validation?: unknown;
  },
): void {
  check("fit", options, fitRules, ["data", "loss", "optimizer", "epochs"]);
  const { checkpoint, probe, validation, validateEvery } = options;
  if (validateEvery !== undefined && validation === undefined) {
    throw new ArgumentError("fit: validateEvery: found no `validation`, expected the data to validate on");
  }
  if (checkpoint !== undefined) {
    checkOptions("fit: checkpoint", checkpoint, checkpointRules, ["store"]);
    if (checkpoint.best !== undefined) checkOptions("fit: checkpoint: best", checkpoint.best, bestRules);
    if (checkpoint.name !== undefined) checkCheckpointName(checkpoint.name);
  }
  if (probe !== undefined) {
    checkValue("fit: probe.every", probe.every, positiveInteger);
    checkValue("fit: probe.run", probe.run, callable);
  }
}

/** Checks a loss and metrics alone. */
export function checkMeasures(where: string, measures: object): void {
  check(where, measures, measureRules, ["loss"]);
}

export function checkEvaluateOptions(options: object): void {
  check("evaluate", options, evaluateRules, ["data", "loss"]);
}

function check<Options extends object>(
  where: string,
  options: object,
  rules: Rules<Options>,
  required: readonly (keyof Options & string)[],
): void {
  checkOptions(where, options as Options, rules, required);
  const { metrics = {} } = options as Partial<Measures<never, never>>;
  for (const [name, value] of Object.entries(metrics)) checkValue(`${where}: metrics.${name}`, value, metric);
}
