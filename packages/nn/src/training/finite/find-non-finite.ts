import { ArgumentError } from "@evenkeel/tensor";
import { callable, checkValue, describeValue } from "@evenkeel/tensor/checks";
import { isModule } from "../../module/member.ts";
import type { AnyModule } from "../../module/module.ts";
import type { NonFiniteOrigin } from "./non-finite-origin.ts";

/**
 * Runs `body` and finds the operation that made the first NaN or infinity from finite values, in the forward or the backward pass,
 * with the layer that it belongs to; or the parameter, the buffer or the input that was not finite before. Only what leads to the
 * tensors that `body` returns counts, such as the loss and the gradients: a mask of infinities that a softmax takes up does no harm.
 * Where it returns none, every operation counts.
 *
 * Layers run one by one, unfused, and each of their values is checked on the device, so it takes several times as long and should be
 * called when a number is known to be wrong: `fit` does so. `body` is called later, when the search is loaded; what it returns is
 * freed.
 *
 * @returns undefined where all is finite
 * @throws ArgumentError for anything but a module and a synchronous function, and whatever `body` throws
 * @example
 * const lossAndGradients = valueAndGrad(model, (x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y));
 * const origin = await findNonFinite(model, () => lossAndGradients(images, labels));
 * if (origin) console.log(`${origin}`, origin.path, origin.operation);
 */
export async function findNonFinite(
  model: AnyModule,
  body: () => unknown,
): Promise<NonFiniteOrigin | undefined> {
  if (!isModule(model)) {
    throw new ArgumentError(`findNonFinite: model: found ${describeValue(model)}, expected a module`);
  }
  checkValue("findNonFinite: body", body, callable);
  const { findOrigin } = await import("./find-origin.ts");
  return findOrigin(model, body);
}
