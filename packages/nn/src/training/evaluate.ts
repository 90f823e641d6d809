import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, keep, scope, withoutStateChanges } from "@evenkeel/tensor";
import { withNames } from "../module/failure.ts";
import { listModules, runInMode } from "../module/modes.ts";
import type { Module } from "../module/module.ts";
import type { FittingSource } from "./batches/batch.ts";
import { disposeBatch, findBackend, loadBatch } from "./batches/batch.ts";
import { BatchStream } from "./batches/batch-stream.ts";
import { checkEvaluateOptions } from "./check-options.ts";
import { withCleanUp } from "./clean-up.ts";
import type { EvaluateOptions, EvaluateSettings } from "./evaluate-options.ts";
import { addPlace } from "./located.ts";
import type { Evaluation } from "./measurements/history.ts";
import { LateReader } from "./measurements/late-reader.ts";
import { measureBatch } from "./measurements/measure-batch.ts";
import type { Reading } from "./measurements/totals.ts";
import { Totals } from "./measurements/totals.ts";

/** The largest number of batches whose values are read in one transfer. */
const readEvery = 32;

/**
 * Loss and metrics of a model over a data set. They do not depend on how the data are divided into batches. The model runs in
 * evaluation mode and is then back in its own; running statistics do not change. As in `fit`, a module whose mode differs from the
 * model's keeps it. It may be called while `fit` trains the model. All memory is freed.
 *
 * @throws ArgumentError for wrong options, for data without batches, for a loss or metric that does not return a number, and for
 * a label of a host array that is not a class; the signal's reason when it is aborted
 * @example const { metrics } = await evaluate(model, { data: test, loss: crossEntropy, metrics: { accuracy } });
 */
export async function evaluate<Inputs, Outputs, Epoch, Labels = Tensor, Name extends string = never>(
  model: Module<[Inputs], Outputs>,
  options: EvaluateSettings<Labels, Outputs, Name> & {
    readonly data: FittingSource<Epoch, Inputs, NoInfer<Labels>>;
  },
): Promise<Evaluation<Name>> {
  checkEvaluateOptions(options);
  return evaluateAll(model, options as EvaluateOptions<Inputs, Labels, Outputs, Name>);
}

/** `evaluate` without checks: the options may be those of `fit`, which are checked already. */
export async function evaluateAll<Inputs, Labels, Outputs, Name extends string>(
  model: Module<[Inputs], Outputs>,
  options: EvaluateOptions<Inputs, Labels, Outputs, Name>,
): Promise<Evaluation<Name>> {
  const { data, epoch = 0, signal } = options;
  const backend = findBackend(model);
  const modules = listModules(model);
  const reader = new LateReader<{ examples: number; readings: readonly Reading[] }>(readEvery);
  const totals = new Totals(options);
  const addRead = (): void => {
    for (let row = reader.take(); row !== undefined; row = reader.take()) {
      totals.add(row.note.readings, row.values, row.note.examples);
    }
  };
  const stream = new BatchStream(data, epoch, { backend, signal });
  const passOver = async (): Promise<void> => {
    for (let batch = await stream.next(); batch !== undefined; batch = await stream.next()) {
      const current = batch;
      try {
        scope(() => {
          const { inputs, labels, examples } = loadBatch(current, backend);
          const outputs = runInMode(modules, false, () =>
            withoutStateChanges(() => withNames(model, () => model.forward(inputs))),
          );
          const { row, readings } = measureBatch(outputs, labels, options, examples);
          reader.push({ examples, readings }, row.map(keep));
        });
      } catch (error) {
        throw addPlace(error, `evaluate: batch ${stream.taken - 1}`);
      } finally {
        disposeBatch(batch);
      }
      if (reader.isDue) await reader.readSome(signal);
      addRead();
    }
    await reader.readAll(signal);
    addRead();
  };
  await withCleanUp(passOver, () => {
    reader.drop();
    return stream.close();
  });
  if (stream.taken === 0) {
    throw new ArgumentError(`evaluate: data: found no batches in epoch ${epoch}, expected at least one`);
  }
  return totals.evaluate();
}
