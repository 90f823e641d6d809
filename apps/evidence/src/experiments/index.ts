import type { Experiment } from "../experiment.ts";
import { gradientExplosion } from "./e03-gradient-explosion.ts";

/** All experiments, in the order of the report. */
export const experiments: readonly Experiment[] = [gradientExplosion];
