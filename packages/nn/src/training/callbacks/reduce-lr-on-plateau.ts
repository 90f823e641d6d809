import {
  anyNumber,
  belowOne,
  callable,
  checkOptions,
  checkValue,
  nonNegative,
  nonNegativeInteger,
  oneOf,
} from "@evenkeel/tensor/checks";
import type { Callback, RunStart } from "../fit-options.ts";
import type { EpochRecord } from "../measurements/history.ts";

/** When and how far the learning rate falls; the defaults are PyTorch's. */
export interface ReduceLROnPlateauOptions<Name extends string = string> {
  /** The number that should improve. Default: the loss of the validation, or of training where there is none. */
  monitor?(record: EpochRecord<Name>): number;
  /** Whether smaller or larger is better; default `min`. */
  readonly mode?: "min" | "max";
  /** What the rate is multiplied by; default 0.1. */
  readonly factor?: number;
  /** The number of epochs without improvement after which the rate falls with the next one; default 10. */
  readonly patience?: number;
  /** What an improvement must exceed; default 1e-4. */
  readonly threshold?: number;
  /** Whether the threshold is a share of the best value, `rel`, or a difference, `abs`; default `rel`. */
  readonly thresholdMode?: "rel" | "abs";
  /** The number of epochs after a reduction that do not count; default 0. */
  readonly cooldown?: number;
  /** The smallest rate; default 0. */
  readonly minLearningRate?: number;
  /** A reduction by no more than this does not take place; default 1e-8. */
  readonly epsilon?: number;
}

/** What the next reduction depends on, as JSON; `best` is null before the first value. */
export interface PlateauState {
  readonly best: number | null;
  readonly badEpochs: number;
  readonly cooldownLeft: number;
}

const beginning: PlateauState = { best: null, badEpochs: 0, cooldownLeft: 0 };

/**
 * Reduces the learning rate of an optimizer when a number has stopped improving: PyTorch's `ReduceLROnPlateau`. As a callback of `fit`,
 * without a `schedule`, which would set another rate, it counts epochs, those before a resumed run too. In a loop of your own, call
 * `step` after every epoch, and save `state` together with the optimizer's learning rate.
 *
 * Throws ArgumentError for anything but an optimizer, and for options out of range.
 *
 * @example
 * const optimizer = new SGD(model, { learningRate: 0.1 });
 * await fit(model, {
 *   data: batches(train, { batchSize: 128, shuffled: true, seed: 1 }),
 *   loss: crossEntropy,
 *   optimizer,
 *   epochs: 2,
 *   callbacks: [new ReduceLROnPlateau(optimizer, { patience: 3 })],
 * });
 */
export class ReduceLROnPlateau<Name extends string = string> implements Callback<Name> {
  private readonly optimizer: { learningRate: number };
  private readonly options: Required<ReduceLROnPlateauOptions<Name>>;
  private current: PlateauState = beginning;

  constructor(optimizer: { learningRate: number }, options: ReduceLROnPlateauOptions<Name> = {}) {
    checkValue("ReduceLROnPlateau: optimizer", optimizer, {
      expected: "an Optimizer",
      accepts: (value) => typeof value === "object" && value !== null && "learningRate" in value,
    });
    checkOptions<ReduceLROnPlateauOptions<Name>>("ReduceLROnPlateau", options, {
      monitor: callable,
      mode: oneOf("min", "max"),
      factor: belowOne,
      patience: nonNegativeInteger,
      threshold: nonNegative,
      thresholdMode: oneOf("rel", "abs"),
      cooldown: nonNegativeInteger,
      minLearningRate: nonNegative,
      epsilon: nonNegative,
    });
    const { monitor = readLoss, mode = "min", factor = 0.1, patience = 10 } = options;
    const { threshold = 1e-4, thresholdMode = "rel", cooldown = 0 } = options;
    const { minLearningRate = 0, epsilon = 1e-8 } = options;
    this.optimizer = optimizer;
    this.options = {
      ...{ monitor, mode, factor, patience, threshold, thresholdMode, cooldown, minLearningRate, epsilon },
    };
  }

  get state(): PlateauState {
    return this.current;
  }

  /** Throws ArgumentError for anything but what `state` gives. */
  set state(state: PlateauState) {
    const rules = { best: { expected: "a number or null", accepts: isBest } };
    const counts = { badEpochs: nonNegativeInteger, cooldownLeft: nonNegativeInteger };
    checkOptions("ReduceLROnPlateau: state", state, { ...rules, ...counts }, Object.keys(beginning) as never);
    this.current = { ...state };
  }

  /** Takes the number of one epoch. Throws ArgumentError for anything but a number; NaN is no improvement. */
  step(value: number): void {
    checkValue("ReduceLROnPlateau: value", value, anyNumber);
    if (!this.count(value)) return;
    const { learningRate } = this.optimizer;
    const { factor, minLearningRate, epsilon } = this.options;
    const reduced = Math.max(learningRate * factor, minLearningRate);
    if (learningRate - reduced > epsilon) this.optimizer.learningRate = reduced;
  }

  /** Counts the epochs before the run; their reductions are in the learning rate. */
  onStart({ history }: RunStart<Name>): void {
    this.current = beginning;
    for (const record of history.epochs) this.count(this.options.monitor(record));
  }

  onEpoch(record: EpochRecord<Name>): void {
    this.step(this.options.monitor(record));
  }

  /** Whether the rate falls now. */
  private count(value: number): boolean {
    const { patience, cooldown } = this.options;
    const { best, badEpochs, cooldownLeft } = this.current;
    const isBetter = this.isBetter(value, best);
    const isCounted = !isBetter && cooldownLeft === 0;
    const bad = isCounted ? badEpochs + 1 : 0;
    const isDue = bad > patience;
    this.current = {
      best: isBetter ? value : best,
      badEpochs: isDue ? 0 : bad,
      cooldownLeft: isDue ? cooldown : Math.max(0, cooldownLeft - 1),
    };
    return isDue;
  }

  private isBetter(value: number, best: number | null): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    if (best === null) return Number.isFinite(value);
    const margin = thresholdMode === "rel" ? best * threshold : threshold;
    return mode === "min" ? value < best - margin : value > best + margin;
  }
}

const isBest = (value: unknown): boolean => value === null || Number.isFinite(value);

const readLoss = ({ validation, loss }: EpochRecord): number => validation?.loss ?? loss;
