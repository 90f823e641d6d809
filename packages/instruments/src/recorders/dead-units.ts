import { type InputSource, type Module, onForward, predict } from "@evenkeel/nn";
import { ArgumentError, keep, max, maximum, scope, type Tensor } from "@evenkeel/tensor";
import { anAbortSignal, checkOptions, checkValue, listOf, text } from "@evenkeel/tensor/checks";
import { aDataSource, aModule } from "../model/check-arguments.ts";

export interface DeadUnitsOptions {
  /** The paths of the activations whose outputs are examined, such as those of ReLU layers. */
  readonly paths: readonly string[];
  readonly signal?: AbortSignal;
}

/** The units of a layer that are never active. */
export interface DeadUnits {
  readonly path: string;
  /** The number of units: channels, or features without pixels. */
  readonly units: number;
  /** The indices of those whose output is nowhere above 0. */
  readonly dead: readonly number[];
}

/**
 * Finds the units that are dead: whose output is not above 0 for any example and any pixel, so that a ReLU passes no gradient to them. The
 * model runs in evaluation mode and stays as it is.
 *
 * Rejects with ArgumentError for wrong arguments, a path that the model does not have, and outputs without a second axis; with what the
 * model throws, and with the signal's reason.
 *
 * @param data batches as `predict` takes them
 * @example const [{ dead, units }] = await findDeadUnits(model, test, { paths: ["features.2", "classifier.2"] });
 */
export async function findDeadUnits<Inputs>(
  model: Module<[Inputs], Tensor>,
  data: InputSource<Inputs>,
  options: DeadUnitsOptions,
): Promise<DeadUnits[]> {
  checkValue("findDeadUnits: model", model, aModule);
  checkValue("findDeadUnits: data", data, aDataSource);
  checkOptions<DeadUnitsOptions>("findDeadUnits", options, { paths: listOf(text), signal: anAbortSignal }, [
    "paths",
  ]);
  const largest = new Map<string, Tensor>();
  const remove = onForward(
    model,
    (y, { path }) => {
      const before = largest.get(path);
      largest.set(path, keep(scope(() => addMaxima(path, y, before))));
      before?.dispose();
    },
    { paths: options.paths },
  );
  try {
    await predict(model, { data: data as never, signal: options.signal });
    return await Promise.all(
      [...largest].map(async ([path, maxima]) => {
        const values = Array.from(await maxima.data(), Number);
        return {
          path,
          units: values.length,
          dead: values.flatMap((value, unit) => (value > 0 ? [] : [unit])),
        };
      }),
    );
  } finally {
    remove();
    for (const maxima of largest.values()) maxima.dispose();
  }
}

function addMaxima(path: string, y: Tensor, before: Tensor | undefined): Tensor {
  if (y.rank < 2) {
    throw new ArgumentError(
      `findDeadUnits: paths: found an output of ${y.rank} dimensions at "${path}", expected units along the second`,
    );
  }
  const axis = y.shape.flatMap((_, index) => (index === 1 ? [] : [index]));
  const maxima = max(y, { axis });
  return before === undefined ? maxima : maximum(before, maxima);
}
