import { checkValue } from "../../checks/check.ts";
import { callable } from "../../checks/rules.ts";
import { rejectPromise, scope } from "./scope.ts";

/** A change of state that a forward pass requests, such as new running statistics. */
export interface StateChange {
  commit(): void;
  /** Discards the change and frees its memory, because the call failed or runs in `withoutStateChanges`. */
  discard(): void;
}

let depth = 0;
let isSuppressed = false;
const pending: StateChange[] = [];

/**
 * Commits a change when the outermost differentiated call returns, in the order of the requests, or at once if none is
 * running. If a call throws, even an inner one, its changes are discarded, the latest first. In `withoutStateChanges`, the
 * change is discarded at once.
 *
 * @example deferStateChange({ commit: () => module.adopt(statistics), discard: () => statistics.dispose() });
 */
export function deferStateChange(change: StateChange): void {
  if (isSuppressed) change.discard();
  else if (depth === 0) change.commit();
  else pending.push(change);
}

/**
 * Registers a function that undoes a change that has already been made, such as that of a random source. It is called
 * if the current differentiated call or `wholeStep` throws, and at the end of `withoutStateChanges`; the latest change
 * is undone first.
 *
 * @example const before = source.state; registerUndo(() => { source.state = before; });
 */
export function registerUndo(undo: () => void): void {
  if (depth > 0) pending.push({ commit: () => undefined, discard: undo });
}

/**
 * Runs one step of training completely or not at all. Running statistics change when `step` returns; if it throws, they and
 * random sources are as they were before. The update of the optimizer must be the last call in it that may throw. It is a scope:
 * tensors that it does not return are freed.
 *
 * @throws ArgumentError when `step` returns a promise
 * @example
 * const loss = wholeStep(() => {
 *   const [loss, gradients] = lossAndGradients(images, labels);
 *   optimizer.step(gradients);
 *   return loss;
 * });
 */
export function wholeStep<Result>(step: () => Result): Result {
  return settlingState(() => scope(step));
}

/**
 * Runs `f` without changing the state of modules, so that probes, line searches and second derivatives do not disturb a
 * run: running statistics do not change, and random sources, including the default one, are restored when `f` has
 * returned or thrown. What is written directly, such as `parameter.value` or the update of an optimizer, is not undone.
 * `f` must be synchronous.
 *
 * @throws ArgumentError when `f` returns a promise
 * @example const probe = withoutStateChanges(() => model.forward(x));
 */
export function withoutStateChanges<Result>(f: () => Result): Result {
  checkValue("withoutStateChanges", f, callable);
  const outer = isSuppressed;
  const earlier = pending.length;
  isSuppressed = true;
  depth++;
  try {
    const result = f();
    rejectPromise(result, "withoutStateChanges");
    return result;
  } finally {
    isSuppressed = outer;
    depth--;
    discardSince(earlier);
  }
}

/** Runs a step: its changes are discarded when it throws, and committed when the outermost step returns. It is not a scope. */
export function settlingState<Result>(call: () => Result): Result {
  checkValue("settlingState", call, callable);
  const earlier = pending.length;
  let result: Result;
  depth++;
  try {
    result = call();
  } catch (error) {
    discardSince(earlier);
    throw error;
  } finally {
    depth--;
  }
  if (depth === 0) for (const change of pending.splice(0)) change.commit();
  return result;
}

function discardSince(earlier: number): void {
  for (const change of pending.splice(earlier).reverse()) change.discard();
}
