import { checkValue } from "../../checks/check.ts";
import { isRecord, listContents } from "../../checks/containers.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { aTensor, callable } from "../../checks/rules.ts";
import type { Scope } from "./current-scope.ts";
import { getCurrentScope, runInScope, trackInScope } from "./current-scope.ts";
import { leakWatch } from "./leak-watch.ts";
import type { Tensor } from "./tensor.ts";
import { isTensor } from "./tensor.ts";

/**
 * Runs `body` and disposes every tensor created in it, except those that can be reached from its result (by elements of
 * arrays, Maps and Sets, and by properties of objects of any class) and those passed to `keep`. Returned tensors belong
 * to the enclosing scope. Tensors in `#private` members and closures of the result cannot be found: `keep` them. `body`
 * must be synchronous: if it returns a promise, ArgumentError is thrown.
 *
 * @example const y = scope(() => add(mul(x, x), x));
 */
export function scope<Result>(body: () => Result): Result {
  checkValue("scope", body, callable);
  const own: Scope = new Set();
  let result: Result;
  try {
    result = runInScope(own, body);
    rejectPromise(result, "scope");
  } catch (error) {
    disposeAll(own);
    throw error;
  }
  try {
    for (const tensor of findTensors(result)) {
      if (own.delete(tensor)) trackInScope(tensor);
    }
  } finally {
    // Disposes them even if a getter of the result throws.
    disposeAll(own);
  }
  return result;
}

/** Takes a tensor out of the scope in which it was created, so that its owner has to dispose it. Returns the tensor. */
export function keep<Kept extends Tensor>(tensor: Kept): Kept {
  checkValue("keep", tensor, aTensor);
  getCurrentScope()?.delete(tensor);
  // Tapes keep every value that they save, which costs nothing unless leaks are reported.
  if (leakWatch !== undefined && !tensor.isDisposed) tensor.storage.freeWhenForgotten();
  return tensor;
}

/** Runs `body` outside all scopes: the caller owns the tensors that it creates. */
export function withoutScope<Result>(body: () => Result): Result {
  checkValue("withoutScope", body, callable);
  return runInScope(undefined, body);
}

/** Throws ArgumentError for a promise: work after an `await` would run outside of the scope or the recording. */
export function rejectPromise(result: unknown, operation: string): void {
  const promise = result as PromiseLike<unknown> | null | undefined;
  if (typeof promise?.then === "function") {
    // The tensors of the promise are freed, so it will most likely reject; the error below gives the reason.
    promise.then(undefined, () => undefined);
    throw new ArgumentError(
      `${operation}: found a function that returns a promise, expected a synchronous one: read values after the call`,
    );
  }
}

/** Every tensor that can be reached from a value. Backends are not searched: the tensors in them belong to others. */
function* findTensors(value: unknown): Generator<Tensor> {
  const reached = new Set([value]);
  for (const holder of reached) {
    if (typeof holder !== "object" || holder === null) continue;
    if (isTensor(holder)) yield holder;
    else if (!("allocate" in holder)) {
      for (const held of listContents(holder)) if (typeof held === "object") reached.add(held);
    }
  }
}

/** Every tensor in arrays and plain objects. */
export function* listTensors(value: unknown): Generator<Tensor> {
  if (value === null || typeof value !== "object") return;
  if (isTensor(value)) {
    yield value;
  } else if (Array.isArray(value)) {
    for (const element of value) yield* listTensors(element);
  } else if (isRecord(value)) {
    for (const element of Object.values(value)) yield* listTensors(element);
  }
}

function disposeAll(tensors: Scope): void {
  for (const tensor of tensors) tensor.dispose();
}
