/** The labels of an operand. */
export type Labels = readonly string[];

/** An operand by its number, or the product of two of them. */
export type Tree = number | readonly [Tree, Tree];

/** Up to this number of operands the best order is searched for: 3^8 splits. */
const mostSearched = 8;

interface Partial {
  readonly tree: Tree;
  readonly cost: number;
  readonly labels: ReadonlySet<string>;
}

/**
 * The order in which operands are multiplied in pairs: that of the fewest multiplications for few operands; for many, the next
 * pair is always the cheapest. A label is summed over as soon as no other operand and no axis of the result has it.
 */
export function findOrder(
  operands: readonly Labels[],
  output: Labels,
  sizes: ReadonlyMap<string, number>,
): Tree {
  return operands.length <= mostSearched
    ? searchOrder(operands, output, sizes)
    : chooseCheapestPairs(operands, output, sizes);
}

const computeCost = (labels: Iterable<string>, sizes: ReadonlyMap<string, number>): number => {
  let cost = 1;
  for (const label of labels) cost *= sizes.get(label)!;
  return cost;
};

/** The product of two parts, of whose labels those in `kept` are left. */
function multiply(
  a: Partial,
  b: Partial,
  kept: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Partial {
  const labels = new Set([...a.labels, ...b.labels]);
  return {
    tree: [a.tree, b.tree],
    cost: a.cost + b.cost + computeCost(labels, sizes),
    labels: new Set([...labels].filter((label) => kept.has(label))),
  };
}

/** Dynamic programming over subsets of the operands, which are bit masks. */
function searchOrder(operands: readonly Labels[], output: Labels, sizes: ReadonlyMap<string, number>): Tree {
  const whole = 2 ** operands.length - 1;
  const best: (Partial | undefined)[] = [];
  for (let subset = 1; subset <= whole; subset++) {
    const outside = operands.filter((_, index) => (subset & (1 << index)) === 0);
    const kept = new Set([...output, ...outside.flat()]);
    const single = operands.findIndex((_, index) => subset === 1 << index);
    if (single >= 0) best[subset] = { tree: single, cost: 0, labels: new Set(operands[single]) };
    for (let part = (subset - 1) & subset; part > subset - part; part = (part - 1) & subset) {
      const product = multiply(best[subset - part]!, best[part]!, kept, sizes);
      const present = best[subset];
      if (present === undefined || product.cost < present.cost) best[subset] = product;
    }
  }
  return best[whole]!.tree;
}

function chooseCheapestPairs(
  operands: readonly Labels[],
  output: Labels,
  sizes: ReadonlyMap<string, number>,
): Tree {
  let parts = operands.map((labels, tree): Partial => ({ tree, cost: 0, labels: new Set(labels) }));
  while (parts.length > 1) {
    const products = parts.flatMap((a, first) =>
      parts.slice(first + 1).map((b) => {
        const others = parts.filter((part) => part !== a && part !== b);
        const kept = new Set([...output, ...others.flatMap(({ labels }) => [...labels])]);
        const step = multiply({ ...a, cost: 0 }, { ...b, cost: 0 }, kept, sizes);
        return { step, others };
      }),
    );
    const { step, others } = products.reduce((best, one) => (one.step.cost < best.step.cost ? one : best));
    parts = [...others, step];
  }
  return parts[0]!.tree;
}
