import { rejectPromise } from "@evenkeel/tensor";

/** A change of state that a forward pass asks for, such as new running statistics. */
export interface StateChange {
  commit(): void;
  /** The call failed, or statistics are suppressed: forget the change and free what it holds. */
  discard(): void;
}

let depth = 0;
let suppressed = false;
let pending: StateChange[] = [];

/**
 * Commits a change when the outermost differentiated call returns, in the order of the requests; at once where none is
 * running. When that call throws, all are discarded, the latest first. Inside `withoutStatistics` the change is discarded.
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

/** Runs one differentiated call; the outermost one settles the changes that were deferred. */
export function settlingState<Result>(call: () => Result): Result {
  depth++;
  let returned = false;
  try {
    const result = call();
    returned = true;
    return result;
  } finally {
    if (--depth === 0) {
      const changes = pending;
      pending = [];
      if (returned) for (const change of changes) change.commit();
      else for (const change of changes.reverse()) change.discard();
    }
  }
}
