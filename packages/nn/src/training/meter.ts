import { withoutGradient } from "@evenkeel/autodiff";
import { ArgumentError, keep, listTensors, scope } from "@evenkeel/tensor";
import { checkMeasures } from "./check-options.ts";
import type { Evaluation } from "./measurements/history.ts";
import { LateReader } from "./measurements/late-reader.ts";
import { measureBatch } from "./measurements/measure-batch.ts";
import type { Measures } from "./measurements/measures.ts";
import type { Reading } from "./measurements/totals.ts";
import { Totals } from "./measurements/totals.ts";

/** The number of batches whose values stay on the device before their transfer begins. */
const readEvery = 32;

interface Pass<Name extends string> {
  readonly reader: LateReader<{ readonly examples: number; readonly readings: readonly Reading[] }>;
  readonly totals: Totals<Name>;
  /** Batches since the last transfer, and all of them. */
  waiting: number;
  batches: number;
  /** Settles when the last read has taken its rows. */
  reading: Promise<void>;
}

/**
 * The loss and the metrics of a pass in a loop of your own, with the values that `evaluate` has. What `add` measures stays on the
 * device; it is read many batches at a time, without waiting.
 *
 * Throws ArgumentError for a loss that is no function, for metrics that are none, and for other options.
 *
 * @example
 * const meter = new Meter({ loss: crossEntropy, metrics: { accuracy } });
 * scope(() => meter.add(model.forward(images), labels));
 * const { metrics } = await meter.read();
 */
export class Meter<Labels, Outputs, Name extends string = never> {
  private readonly measures: Measures<Labels, Outputs, Name>;
  private pass: Pass<Name>;

  constructor(measures: Measures<Labels, Outputs, Name>) {
    checkMeasures("Meter", measures);
    this.measures = measures;
    this.pass = this.begin();
  }

  /** Measures the outputs of a batch; the tensors stay the caller's. Throws what the loss and the metrics throw. */
  add(outputs: Outputs, labels: Labels): void {
    const { pass, measures } = this;
    const [first] = listTensors(outputs);
    const examples = first?.shape[0] ?? 1;
    withoutGradient(() =>
      scope(() => {
        const { row, readings } = measureBatch(outputs, labels, measures, examples);
        pass.reader.push({ examples, readings }, row.map(keep));
      }),
    );
    pass.batches++;
    if (++pass.waiting < readEvery) return;
    pass.waiting = 0;
    const failure = pass.reader.leave();
    if (failure !== undefined) throw failure;
  }

  /** The values of all batches since the last `reset`. Rejects with ArgumentError where there is none, or with the error of the device. */
  async read(): Promise<Evaluation<Name>> {
    const { pass } = this;
    if (pass.batches === 0) {
      throw new ArgumentError("Meter.read: found no batches, expected at least one: call add before");
    }
    pass.waiting = 0;
    // One after the other: two reads at once would count the same rows twice.
    const before = pass.reading;
    let done = (): void => undefined;
    pass.reading = new Promise((resolve) => {
      done = resolve;
    });
    try {
      await before;
      await pass.reader.readAll();
    } finally {
      done();
    }
    for (let row = pass.reader.take(); row !== undefined; row = pass.reader.take()) {
      pass.totals.add(row.note.readings, row.values, row.note.examples);
    }
    return pass.totals.evaluate();
  }

  /** Forgets all batches, and frees what is not read. */
  reset(): void {
    this.pass.reader.drop();
    this.pass = this.begin();
  }

  private begin(): Pass<Name> {
    return {
      reader: new LateReader(readEvery),
      totals: new Totals(this.measures),
      waiting: 0,
      batches: 0,
      reading: Promise.resolve(),
    };
  }
}
