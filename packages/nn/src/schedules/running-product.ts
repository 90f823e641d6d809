/**
 * The product of `factor(1)` to `factor(step)`, multiplied in this order whatever was asked before, so that a resumed run has the same
 * bits. The last product is remembered: from one step to the next there is one multiplication.
 */
export function makeRunningProduct(factor: (step: number) => number): (step: number) => number {
  let last = { step: 0, product: 1 };
  return (step) => {
    let { step: at, product } = last.step <= step ? last : { step: 0, product: 1 };
    while (at < step) product *= factor(++at);
    last = { step: at, product };
    return product;
  };
}
