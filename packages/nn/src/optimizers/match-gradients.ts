import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, DTypeError, formatShape, isSameShape, ShapeError } from "@evenkeel/tensor";
import { aTensor, checkValue, listOf } from "@evenkeel/tensor/checks";
import type { Parameter } from "../module/variable.ts";
import type { NamedParameter } from "./grouped-parameter.ts";

/**
 * The gradients by their parameters. Throws ArgumentError for anything but a list of tensors, one for each trainable parameter,
 * and ShapeError or DTypeError for one that does not fit its parameter.
 */
export function matchGradients(
  parameters: readonly NamedParameter[],
  gradients: readonly Tensor[],
): Map<Parameter, Tensor> {
  const trainable = parameters.filter(({ parameter }) => parameter.trainable);
  checkValue("gradients", gradients, listOf(aTensor));
  if (gradients.length !== trainable.length) {
    throw new ArgumentError(
      `gradients: found ${gradients.length}, expected one for each of ${trainable.length} trainable parameters`,
    );
  }
  return new Map(
    trainable.map(({ name, parameter }, index) => {
      const gradient = gradients[index]!;
      const { shape, dtype } = parameter.value;
      if (!isSameShape(gradient.shape, shape)) {
        throw new ShapeError(
          `gradients: ${name}: found ${formatShape(gradient.shape)}, expected ${formatShape(shape)}`,
        );
      }
      if (gradient.dtype !== dtype) {
        throw new DTypeError(`gradients: ${name}: found ${gradient.dtype}, expected ${dtype}`);
      }
      return [parameter, gradient];
    }),
  );
}
