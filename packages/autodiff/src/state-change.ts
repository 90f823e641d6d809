import { rejectPromise } from "@evenkeel/tensor";

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
 * Runs `f` and discards every state change that it asks for, so that probes, line searches and gradient checks leave
 * running statistics alone. Synchronous: a promise is an ArgumentError.
 *
 * @example const probe = withoutStatistics(() => model.forward(x));
 */
export function withoutStatistics<Result>(f: () => Result): Result {
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

/** Runs one differentiated call: its changes are discarded when it throws, and committed when the outermost one returns. */
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
