/** Runs one trial: `trial-process.ts '<JSON of a TrialOrder>'`. */
import { withInterruption } from "@evenkeel/nn/node";
import { experiments } from "../experiments/index.ts";
import { runOrder, type TrialOrder } from "./run-trial.ts";

const order = JSON.parse(process.argv[2]!) as TrialOrder;
const experiment = experiments.find(({ id }) => id === order.experiment)!;
// The program that started this process reports the interruption.
await withInterruption((signal) => runOrder(experiment, order, signal)).catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
