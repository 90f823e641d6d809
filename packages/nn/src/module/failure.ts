import { EvenkeelError } from "@evenkeel/tensor";
import { callable, checkValue } from "@evenkeel/tensor/checks";
import type { AnyModule } from "./module.ts";

/** The innermost module that each error came out of, and what the error said by itself. */
const sources = new WeakMap<EvenkeelError, { readonly module: AnyModule; readonly message: string }>();

/** Replaces the message of an error, in its stack too. */
export function replaceMessage(error: EvenkeelError, message: string): void {
  const { stack, message: before } = error;
  error.message = message;
  // Some engines begin the stack with the message, as it was when either of them was first read.
  if (stack !== undefined) error.stack = stack.replace(before, () => message);
}

/** Puts the kind of the module in front of the message, unless a module inside of it did; returns the error. */
export function blame(error: unknown, module: AnyModule): unknown {
  if (error instanceof EvenkeelError && !sources.has(error)) {
    const { message } = error;
    sources.set(error, { module, message });
    replaceMessage(error, `${module.describe()}: ${message}`);
  }
  return error;
}

/** Runs a part of the module: errors on the way say which module it is. */
export function attempt<Result>(module: AnyModule, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    throw blame(error, module);
  }
}

/**
 * Runs `body`, which calls the modules inside of `root`: what fails in one of them says its path, as in `classifier.1 (Linear
 * 100 -> 10): found [2, 144], expected [..., 100]`. The outermost root counts. Errors of other origin pass as they are.
 *
 * @example const y = naming(model, () => model.classifier.forward(model.features.forward(x)));
 */
export function naming<Result>(root: AnyModule, body: () => Result): Result {
  checkValue("naming", body, callable);
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
