import type { Tensor } from "@evenkeel/tensor";
import { rejectPromise } from "@evenkeel/tensor";
import type { Callback, RunControl, StepStart } from "../fit-options.ts";
import type { History } from "../measurements/history.ts";

type Callbacks<Name extends string> = readonly Callback<Name>[];
type Listener = (this: object, ...args: readonly unknown[]) => unknown;

/** Calls what listens to an event, in the order of the callbacks, each when the one before has finished. */
export async function tell<Name extends string, Event extends Exclude<keyof Callback<Name>, "onStep">>(
  callbacks: Callbacks<Name>,
  event: Event,
  ...args: Parameters<NonNullable<Callback<Name>[Event]>>
): Promise<void> {
  for (const callback of callbacks) await (callback[event] as Listener | undefined)?.apply(callback, args);
}

/** Tells callbacks of the error that a run is about to throw, instead of which no error of a callback is thrown. */
export async function tellError<Name extends string>(
  callbacks: Callbacks<Name>,
  error: unknown,
  history: History<Name>,
): Promise<void> {
  for (const callback of callbacks) await tell([callback], "onError", error, history).catch(() => undefined);
}

/** What a step calls before its update; undefined where no callback listens. */
export function makeStepListener<Name extends string>(
  callbacks: Callbacks<Name>,
  control: RunControl,
  locate: () => Omit<StepStart, "loss" | "gradients">,
): ((loss: Tensor, gradients: readonly Tensor[]) => void) | undefined {
  const listening = callbacks.filter(({ onStep }) => onStep !== undefined);
  if (listening.length === 0) return undefined;
  return (loss, gradients) => {
    const step = { ...locate(), loss, gradients };
    for (const callback of listening) rejectPromise(callback.onStep!(step, control), "onStep");
  };
}
