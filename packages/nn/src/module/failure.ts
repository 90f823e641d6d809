import { EvenkeelError } from "@evenkeel/tensor";
import { callable, checkValue } from "@evenkeel/tensor/checks";
import type { AnyModule } from "./module.ts";

/** For each error, the innermost module that it came from, and its original message. */
const sources = new WeakMap<EvenkeelError, { readonly module: AnyModule; readonly message: string }>();

/** Replaces the message of an error, in its stack too. */
export function replaceMessage(error: EvenkeelError, message: string): void {
  const { stack, message: before } = error;
  error.message = message;
  // In some engines the stack begins with the message, as it was when the error was made.
  if (stack !== undefined) error.stack = stack.replace(before, () => message);
}

/** Puts the description of the module in front of the message, unless an inner module did so; returns the error. */
export function blame(error: unknown, module: AnyModule): unknown {
  if (error instanceof EvenkeelError && !sources.has(error)) {
    const { message } = error;
    sources.set(error, { module, message });
    replaceMessage(error, `${module.describe()}: ${message}`);
  }
  return error;
}

/** Runs a part of the module; errors then name the module. */
export function attempt<Result>(module: AnyModule, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    throw blame(error, module);
  }
}

/**
 * Runs `body`, which calls the modules inside of `root`. An error in one of them gives its path, as in `classifier.1 (Linear
 * 100 -> 10): found [2, 144], expected [..., 100]`; with nested calls, the path from the outermost root. Other errors are not
 * changed.
 *
 * @example const y = withNames(model, () => model.classifier.forward(model.features.forward(x)));
 */
export function withNames<Result>(root: AnyModule, body: () => Result): Result {
  checkValue("withNames", body, callable);
  try {
    return body();
  } catch (error) {
    const source = error instanceof EvenkeelError ? sources.get(error) : undefined;
    const place = source && [...root.namedModules()].find(([, module]) => module === source.module);
    if (source && place?.[0])
      replaceMessage(error as EvenkeelError, `${place[0]} (${source.module.describe()}): ${source.message}`);
    throw error;
  }
}
