import type { Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import { naming } from "../module/failure.ts";
import type { AnyModule, Module } from "../module/module.ts";
import type { Batch, DataSource } from "./batch.ts";
import { batchesOf, disposeBatch, loadBatch } from "./batch.ts";
import type { Evaluation } from "./history.ts";
import { averageOf, namedValues } from "./history.ts";
import { LateReader } from "./late-reader.ts";
import type { Measures } from "./measures.ts";
import { measureMetrics, rowOf } from "./measures.ts";

/** What to evaluate, and on which data. */
export interface EvaluateOptions<Inputs, Labels, Outputs> extends Measures<Labels, Outputs> {
  readonly data: DataSource<Inputs, Labels>;
  /** Which epoch of the data; default 0. */
  readonly epoch?: number;
  /** Ends the pass between two batches, with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Rows are read this many batches at a time. */
const readEvery = 32;

/** Runs `body` with every module as in use, then puts each back into its own mode. */
async function inEvalMode<Result>(model: AnyModule, body: () => Promise<Result>): Promise<Result> {
  const modes = [...model.namedModules()].map(([, module]) => [module, module.isTraining] as const);
  model.eval();
  try {
    return await body();
  } finally {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  }
}

/**
 * Loss and metrics of a model over a data set, averaged over examples. The model runs as in use (`eval()`), and is put back
 * into its modes afterwards. All memory is freed.
 *
 * @example const { metrics } = await evaluate(model, { data: test, loss: crossEntropy, metrics: { accuracy } });
 */
export function evaluate<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  options: EvaluateOptions<Inputs, Labels, Outputs>,
): Promise<Evaluation> {
  const names = Object.keys(options.metrics ?? {});
  const reader = new LateReader<number>();
  const rows: { note: number; values: number[] }[] = [];
  return inEvalMode(model, async () => {
    try {
      for await (const batch of batchesOf(options.data, options.epoch ?? 0)) {
        try {
          options.signal?.throwIfAborted();
          const { examples, row } = evaluateBatch(model, batch, options);
          reader.push(examples, row);
        } finally {
          disposeBatch(batch);
        }
        if (reader.size >= readEvery) rows.push(...(await reader.read()));
      }
      rows.push(...(await reader.read()));
    } finally {
      reader.dispose();
    }
    return averageOf(
      rows.map(({ note, values }) => ({ ...namedValues(values, names), examples: note })),
      names,
    );
  });
}

function evaluateBatch<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  batch: Batch<Inputs, Labels>,
  measures: Measures<Labels, Outputs>,
): { examples: number; row: Tensor[] } {
  return scope(() => {
    const { inputs, labels, examples } = loadBatch(batch);
    const outputs = naming(model, () => model.forward(inputs));
    const values = [measures.loss(outputs, labels), ...measureMetrics(outputs, labels, measures)];
    return { examples, row: rowOf(values) };
  });
}
