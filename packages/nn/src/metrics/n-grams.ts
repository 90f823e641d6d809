/** How often each run of `order` tokens occurs. */
export function countNGrams<Token>(tokens: readonly Token[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let begin = 0; begin + order <= tokens.length; begin++) {
    const key = JSON.stringify(tokens.slice(begin, begin + order));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The number of runs that both have, each as often as in the one that has it less often. */
export function countMatches(
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): number {
  let matches = 0;
  for (const [key, count] of found) matches += Math.min(count, expected.get(key) ?? 0);
  return matches;
}

/** Of each run the largest of its numbers. */
export function joinCounts(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const joined = new Map<string, number>();
  for (const counts of all) {
    for (const [key, count] of counts) joined.set(key, Math.max(count, joined.get(key) ?? 0));
  }
  return joined;
}
