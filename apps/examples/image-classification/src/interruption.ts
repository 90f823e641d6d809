import { constants } from "node:os";

/** A run that was ended by a signal, after it saved a checkpoint. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

const endingSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * One key press may cause several signals, from the terminal and from parent programs; signals this close together
 * count as one.
 */
const samePressMilliseconds = 1000;

/** Aborts with an Interruption at the first signal that asks the program to end; a later signal ends it at once. */
export function listenForInterruption(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const release = (): void => {
    for (const name of endingSignals) process.off(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    firstAt ??= performance.now();
    controller.abort(new Interruption(name));
    if (performance.now() - firstAt < samePressMilliseconds) return;
    release();
    process.kill(process.pid, name);
  };
  for (const name of endingSignals) process.on(name, onSignal);
  return { signal: controller.signal, release };
}
