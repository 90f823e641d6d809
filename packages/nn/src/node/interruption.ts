import { constants } from "node:os";
import { EvenkeelError } from "@evenkeel/tensor";
import { callable, checkValue } from "@evenkeel/tensor/checks";

/** A signal has asked the program to end, as Ctrl-C does. */
export class Interruption extends EvenkeelError {
  override readonly name = "Interruption";
  /** The exit code by which programs say that a signal has ended them: 130 for Ctrl-C. */
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

/**
 * Runs `body` with a signal that is aborted, with an Interruption as its reason, when the program is asked to end: by Ctrl-C, SIGTERM or
 * the closing of the terminal. `fit` then saves a checkpoint and rejects with it. A second such request ends the program at once.
 *
 * Rejects with ArgumentError for anything but a function, and with what `body` throws.
 *
 * @example
 * const checkpoint = { store: new FolderCheckpointStore("runs/latest") };
 * await withInterruption(async (signal) => console.log({ checkpoint, resumed: true, signal }));
 */
export async function withInterruption<Result>(
  body: (signal: AbortSignal) => Result | Promise<Result>,
): Promise<Result> {
  checkValue("withInterruption: body", body, callable);
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
  try {
    return await body(controller.signal);
  } finally {
    release();
  }
}
