import type { Backend, OpCase, OpCases, Tensor } from "@evenkeel/tensor";
import { computeGradients, drawCase, forward, isDifferentiable } from "./case-tensors.ts";
import { measureDistance } from "./compare.ts";
import { exact } from "./tolerance.ts";

/**
 * Runs a case and its gradient on two devices, for example with different numbers of threads, and returns the
 * differences in their bits: an empty list if there are none.
 */
export async function findDifferingBits(
  first: Backend,
  second: Backend,
  { op }: OpCases,
  opCase: OpCase,
): Promise<string[]> {
  const drawn = drawCase(op, opCase);
  const run = (backend: Backend): Tensor[] => [
    ...forward(drawn, backend),
    ...(isDifferentiable(drawn) ? computeGradients(drawn, backend) : []),
  ];
  const [expected, found] = [run(first), run(second)];
  // An error that the case expects would reject the reads.
  if (opCase.reports !== undefined) await Promise.allSettled([first.idle(), second.idle()]);
  const differences: string[] = [];
  for (const [index, tensor] of expected.entries()) {
    const { shape, dtype } = tensor;
    const data = Float64Array.from(await tensor.data());
    const { failure } = measureDistance(await found[index]!.data(), { shape, dtype, data }, exact);
    if (failure !== undefined) differences.push(`result ${index}: ${failure}`);
  }
  for (const tensor of [...expected, ...found]) tensor.dispose();
  return differences;
}
