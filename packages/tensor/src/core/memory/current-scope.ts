/** The part of a tensor that scopes use. */
export interface Owned {
  readonly isDisposed: boolean;
  readonly storage: { freeWhenForgotten(): void };
  dispose(): void;
}

export type Scope = Set<Owned>;
let current: Scope | undefined;

export const getCurrentScope = (): Scope | undefined => current;

/** Runs `body` in a scope, or outside all scopes. */
export function runInScope<Result>(scope: Scope | undefined, body: () => Result): Result {
  const outer = current;
  current = scope;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/**
 * Called for every new tensor, and for those that an inner scope returns. The tensor belongs to the current scope;
 * without a scope, the caller owns it.
 */
export function trackInScope(tensor: Owned): void {
  if (current !== undefined) current.add(tensor);
  else if (!tensor.isDisposed) tensor.storage.freeWhenForgotten();
}
