import type { Experiment } from "../experiment.ts";
import { sigmoidNetwork } from "./e01-sigmoid-network.ts";
import { gradientExplosion } from "./e03-gradient-explosion.ts";
import { learningRates } from "./e04-learning-rates.ts";

/** All experiments, in the order of the report. */
export const experiments: readonly Experiment[] = [sigmoidNetwork, gradientExplosion, learningRates];
