import type { Experiment } from "../experiment.ts";
import { sigmoidNetwork } from "./e01-sigmoid-network.ts";
import { fasterConvergence } from "./e02-faster-convergence.ts";
import { gradientExplosion } from "./e03-gradient-explosion.ts";
import { learningRates } from "./e04-learning-rates.ts";
import { smoothLoss } from "./e05-smooth-loss.ts";
import { smallBatches } from "./e06-small-batches.ts";
import { regularization } from "./e07-regularization.ts";
import { text } from "./e08-text.ts";
import { translation } from "./e09-translation.ts";
import { detection } from "./e10-detection.ts";

/** All experiments, in the order of the report. */
export const experiments: readonly Experiment[] = [
  sigmoidNetwork,
  fasterConvergence,
  gradientExplosion,
  learningRates,
  smoothLoss,
  smallBatches,
  regularization,
  text,
  translation,
  detection,
];
