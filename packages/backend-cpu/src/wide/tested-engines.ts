/** A version of V8, by its first two numbers, and the version of Node that has it. */
interface TestedEngine {
  readonly v8: string;
  readonly node: number;
}

/** Engines in which all kernels were tested with joined vectors. */
export const testedEngines: readonly TestedEngine[] = [
  { v8: "13.6", node: 24 },
  { v8: "14.1", node: 25 },
  { v8: "14.6", node: 26 },
];

/** Engines that are known not to join vectors. */
export const narrowEngines: readonly TestedEngine[] = [{ v8: "12.4", node: 22 }];

/** Whether a version of V8, such as `13.6.233.17-node.37`, is one of these. Other programs than Node build V8 in other ways. */
export function isOneOf(engines: readonly TestedEngine[], version: string): boolean {
  const found = /^(\d+\.\d+)\.\d+\.\d+-node\.\d+$/.exec(version)?.[1];
  return engines.some(({ v8 }) => v8 === found);
}
