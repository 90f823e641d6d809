/** Watches the main thread: browsers report every task that takes longer than 50 ms. */
export async function longestTaskDuring<Result>(
  body: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly longestTaskMilliseconds: number }> {
  const durations: number[] = [];
  const note = (entries: readonly PerformanceEntry[]): void => {
    durations.push(...entries.map(({ duration }) => duration));
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "longtask" });
  try {
    const result = await body();
    // A task is reported after it has ended.
    await new Promise((resolve) => setTimeout(resolve));
    note(observer.takeRecords());
    return { result, longestTaskMilliseconds: Math.max(0, ...durations) };
  } finally {
    observer.disconnect();
  }
}
