/** A failure that is understood and accepted for now. One that passes is reported, so that the list cannot go stale. */
export interface KnownFailure {
  readonly backend: string;
  readonly op: string;
  /** All cases of the op when absent. */
  readonly case?: string;
  readonly reason: string;
}

export const knownFailures: readonly KnownFailure[] = [];
