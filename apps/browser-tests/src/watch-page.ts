/** The responsiveness of the main thread. */
export interface PageWatch {
  /** The longest time in which it could not respond; browsers report every task that takes longer than 50 ms. */
  readonly longestTaskMilliseconds: number;
  /** The number of times that a timer ran on the main thread. */
  readonly turns: number;
}

/** Watches the main thread while `body` runs. */
export async function watchPageDuring<Result>(
  body: () => Promise<Result>,
): Promise<PageWatch & { readonly result: Result }> {
  const durations: number[] = [];
  const note = (entries: readonly PerformanceEntry[]): void => {
    durations.push(...entries.map(({ duration }) => duration));
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "longtask" });
  let turns = 0;
  const timer = setInterval(() => turns++, 4);
  try {
    const result = await body();
    clearInterval(timer);
    // A task is reported after it has ended.
    await new Promise((resolve) => setTimeout(resolve));
    note(observer.takeRecords());
    return { result, longestTaskMilliseconds: Math.max(0, ...durations), turns };
  } finally {
    clearInterval(timer);
    observer.disconnect();
  }
}
