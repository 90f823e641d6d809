import type { Spec, Tensor } from "@evenkeel/tensor";
import { execute, formatShape, isSameShape, keep, makeAlias, ShapeError } from "@evenkeel/tensor";
import { addOp } from "@evenkeel/tensor/ops";

/** The sum of both, in the memory of `total` unless another tensor shares it. Disposes `total`. */
function addInto(total: Tensor, term: Tensor): Tensor {
  const donate = total.storage.isShared ? [] : [0];
  const [sum] = execute(addOp, [total, term], {}, { donate });
  total.dispose();
  return sum!;
}

/** Gradients that are being summed, by the id of the value that they belong to. Owns its tensors. */
export class GradientMap {
  private readonly gradients = new Map<number, Tensor>();

  /** Throws ShapeError if the gradient does not have the shape of its value, which means that a gradient rule is wrong. */
  add(id: number, gradient: Tensor, value: Spec, source: string): void {
    if (!isSameShape(gradient.shape, value.shape)) {
      throw new ShapeError(
        `${source}: gradient: found shape ${formatShape(gradient.shape)}, expected ${formatShape(value.shape)}`,
      );
    }
    const present = this.gradients.get(id);
    this.gradients.set(id, keep(present === undefined ? makeAlias(gradient) : addInto(present, gradient)));
  }

  get(id: number): Tensor | undefined {
    return this.gradients.get(id);
  }

  /** Removes a gradient; the caller owns it from now on. */
  take(id: number): Tensor | undefined {
    const gradient = this.gradients.get(id);
    this.gradients.delete(id);
    return gradient;
  }

  dispose(): void {
    for (const gradient of this.gradients.values()) gradient.dispose();
    this.gradients.clear();
  }
}
