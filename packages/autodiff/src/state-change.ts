import { rejectPromise, scope } from "@evenkeel/tensor";
import { callable, checkValue } from "@evenkeel/tensor/checks";

/** A change of state that a forward pass asks for, such as new running statistics. */
export interface StateChange {
  commit(): void;
  /** The call failed, or statistics are suppressed: forget the change and free what it holds. */
  discard(): void;
}

let depth = 0;
let suppressed = false;
const pending: StateChange[] = [];

/**
 * Commits a change when the outermost differentiated call returns, in the order of the requests; at once where none is
 * running. When a call throws, inner ones too, its changes are discarded, the latest first. Inside `withoutStatistics` the
 * change is discarded.
 *
 * @example deferStateChange({ commit: () => module.adopt(statistics), discard: () => statistics.dispose() });
 */
export function deferStateChange(change: StateChange): void {
  if (suppressed) change.discard();
  else if (depth === 0) change.commit();
  else pending.push(change);
}

/**
 * Registers how to undo a change that has been made already, such as that of a random source, in case the current
 * differentiated call or `wholeStep` throws. The latest change is undone first.
 *
 * @example const before = source.state; undoOnFailure(() => { source.state = before; });
 */
export function undoOnFailure(undo: () => void): void {
  if (depth > 0) pending.push({ commit: () => undefined, discard: undo });
}

/**
 * Runs one step of training completely or not at all. Running statistics change when `step` returns; where it throws, they and
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
 * Runs `f` and discards every state change that it asks for, so that probes, line searches and gradient checks leave
 * running statistics alone. Synchronous: a promise is an ArgumentError.
 *
 * @example const probe = withoutStatistics(() => model.forward(x));
 */
export function withoutStatistics<Result>(f: () => Result): Result {
  checkValue("withoutStatistics", f, callable);
  const outer = suppressed;
  suppressed = true;
  try {
    const result = f();
    rejectPromise(result, "withoutStatistics");
    return result;
  } finally {
    suppressed = outer;
  }
}

/** Runs a step: its changes are discarded when it throws, and committed when the outermost step returns. */
export function settlingState<Result>(call: () => Result): Result {
  const earlier = pending.length;
  let result: Result;
  depth++;
  try {
    result = call();
  } catch (error) {
    for (const change of pending.splice(earlier).reverse()) change.discard();
    throw error;
  } finally {
    depth--;
  }
  if (depth === 0) for (const change of pending.splice(0)) change.commit();
  return result;
}
