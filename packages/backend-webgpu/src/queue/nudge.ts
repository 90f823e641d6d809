const millisecondsBetweenNudges = 1;

const isFirefox = (): boolean => /Firefox\//.test(globalThis.navigator?.userAgent ?? "");

/** Firefox polls the GPU every 100 ms. A submission, even an empty one, makes it poll immediately. */
export async function nudge<Result>(
  promise: Promise<Result>,
  queue: Pick<GPUQueue, "submit">,
  isNeeded: boolean = isFirefox(),
): Promise<Result> {
  if (!isNeeded) return promise;
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  while (!isSettled) {
    queue.submit([]);
    await new Promise((resolve) => setTimeout(resolve, millisecondsBetweenNudges));
  }
  return promise;
}
