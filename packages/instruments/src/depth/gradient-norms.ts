import { type Module, onBackward } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { keep } from "@evenkeel/tensor";
import { listOf, text } from "@evenkeel/tensor/checks";
import {
  checkMeasurement,
  computeNorm,
  differentiate,
  disposeAll,
  type LabelledBatch,
  type Loss,
  readNumber,
} from "../model/differentiate.ts";

export interface GradientNormsOptions<Labels = Tensor, Outputs = Tensor> {
  readonly loss: Loss<Labels, Outputs>;
  /** The paths of the layers, from the input to the output. */
  readonly paths: readonly string[];
}

/** How large the gradient is that reaches a layer. */
export interface LayerGradient {
  readonly path: string;
  /** The Euclidean norm of the gradient of the loss with respect to the outputs of the layer; 0 where the loss does not depend on it. */
  readonly norm: number;
}

/**
 * The norms of the gradients that a batch sends back through a network, layer by layer. With `fitGrowth` they show whether gradients
 * explode or vanish with depth. The model runs in its mode and stays as it is, running statistics too.
 *
 * Rejects with ArgumentError for wrong arguments and for a path that the model does not have, and with what the model and the loss throw.
 *
 * @param batch tensors on the device of the model
 * @example
 * const gradients = await measureGradientNorms(model, { inputs: images, labels }, {
 *   loss: crossEntropy,
 *   paths: ["features.0", "features.4", "classifier.0"],
 * });
 */
export async function measureGradientNorms<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  batch: LabelledBatch<Inputs, Labels>,
  options: GradientNormsOptions<Labels, Outputs>,
): Promise<LayerGradient[]> {
  checkMeasurement<GradientNormsOptions>(
    "measureGradientNorms",
    { model, batch, options },
    { paths: listOf(text) },
  );
  const { loss, paths } = options;
  const norms = new Map<string, Tensor>();
  const listen = (dy: Tensor, path: string): void => {
    norms.get(path)?.dispose();
    norms.set(path, keep(computeNorm([dy])));
  };
  const remove = onBackward(model, (dy, { path }) => listen(dy, path), { paths });
  try {
    const { loss: value, gradients } = differentiate(model, batch, loss);
    disposeAll([value, ...gradients]);
  } finally {
    remove();
  }
  return Promise.all(
    paths.map(async (path) => {
      const norm = norms.get(path);
      return { path, norm: norm === undefined ? 0 : await readNumber(norm) };
    }),
  );
}
