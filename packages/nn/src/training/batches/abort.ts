/** Settles as `work` does, or rejects with the reason of the signal where that is aborted first; the work itself goes on. */
export function rejectWhenAborted<Result>(
  work: PromiseLike<Result>,
  signal: AbortSignal | undefined,
): PromiseLike<Result> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const settle = (): void => signal.removeEventListener("abort", abort);
    work.then(
      (result) => {
        settle();
        resolve(result);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}
