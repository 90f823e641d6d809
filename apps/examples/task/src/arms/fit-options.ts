import type { Callback, FitOptions } from "@evenkeel/nn";
import { FolderCheckpointStore, ProgressBar } from "@evenkeel/nn/node";
import type { Arm } from "../task.ts";
import { checkpointName } from "./saved-arm.ts";

type SharedOptions = Pick<
  FitOptions<unknown, unknown, unknown>,
  "signal" | "checkpoint" | "resumed" | "onNonFinite"
> & { readonly callbacks: readonly Callback[] };

type InterruptibleArm = Pick<
  Arm<never, never, never, never, never>,
  "run" | "folder" | "signal" | "onStep"
> & { readonly saved: object | undefined };

/** The options with which every task calls `fit`: the training can be interrupted and resumed, and shows its progress. */
export const makeFitOptions = (
  { run, folder, saved, signal, onStep }: InterruptibleArm,
  { label, stepsBetweenCheckpoints }: { readonly label: string; readonly stepsBetweenCheckpoints: number },
): SharedOptions => ({
  signal,
  checkpoint: {
    store: new FolderCheckpointStore(folder),
    name: checkpointName,
    run,
    everySteps: stepsBetweenCheckpoints,
  },
  resumed: saved !== undefined,
  // An arm that diverges is a valid result.
  onNonFinite: "continue",
  callbacks: [new ProgressBar({ label }), { onBatch: onStep }],
});
