import { customGradient } from "@evenkeel/autodiff";
import type { Tensor } from "@evenkeel/tensor";
import { reshape, split, stack, zeros } from "@evenkeel/tensor";

/** The parts of a tensor along its first axis, which are views. The gradient joins those of the parts in one copy. */
export const unstack = (x: Tensor): readonly Tensor[] => {
  const [count, ...shape] = x.shape;
  const take = customGradient(
    (whole: Tensor): readonly Tensor[] => split(whole, count!).map((part) => reshape(part, shape)),
    (gradients, { inputs: [{ backend, dtype }] }) => [
      stack(gradients.map((gradient) => gradient ?? zeros(shape, { backend, dtype }))),
    ],
  );
  return take(x);
};
