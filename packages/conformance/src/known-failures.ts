/**
 * A failure that is understood and accepted for now. If such a case passes, that is reported, so that the list stays
 * up to date.
 */
export interface KnownFailure {
  readonly backend: string;
  readonly op: string;
  /** If absent, all cases of the op. */
  readonly case?: string;
  readonly reason: string;
}

export const knownFailures: readonly KnownFailure[] = [];
