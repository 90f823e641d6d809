import type { HostArray, LogStore } from "@evenkeel/nn";
import { aLogStore, logName } from "@evenkeel/nn";
import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { ArgumentError, isTensor } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  anyNumber,
  checkOptions,
  checkValue,
  listOf,
  nonNegative,
  nonNegativeInteger,
  text,
} from "@evenkeel/tensor/checks";
import { EventFile } from "./event-file.ts";
import { computeDeviceHistogram } from "./histograms/device-histogram.ts";
import type { Histogram } from "./histograms/histogram.ts";
import { computeHistogram, makeHistogram } from "./histograms/histogram.ts";
import type { Hparams, HparamsMetric } from "./hparams.ts";
import { encodeImage } from "./images/encode-image.ts";
import { writeSessionStart, writeSummary } from "./messages/event.ts";
import type { Field } from "./messages/fields.ts";
import { listExperimentFields, listSessionEndFields, listSessionStartFields } from "./messages/hparams.ts";
import {
  listHistogramFields,
  listImageFields,
  listScalarFields,
  listTextFields,
} from "./messages/summary.ts";

export interface SummaryWriterOptions {
  readonly store: LogStore;
  /** The run in TensorBoard, a folder of the store; absent, the store is the run. */
  readonly run?: string;
  /** Voids the events at this step and later ones in earlier files of the run, as when a run continues from a checkpoint. */
  readonly purgeStep?: number;
  /** The seconds after which the next event is written together with those before it; default 5. */
  readonly flushSeconds?: number;
}

/** Rules for the settings of a run and its metrics. */
export const hparamsRule: Rule = {
  expected: "an object of strings, numbers, and true or false",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((setting) => ["string", "number", "boolean"].includes(typeof setting)),
};
const metricsRule: Rule = listOf({
  expected: "{ tag, group }",
  accepts: (value) => text.accepts((value as HparamsMetric | null)?.tag),
});
const isHistogram = (value: unknown): value is Histogram =>
  typeof value === "object" && value !== null && "limits" in value && "counts" in value;
const valuesRule: Rule = {
  expected: "a tensor, an array of numbers, or a Histogram",
  accepts: (value) =>
    isTensor(value) || isHistogram(value) || ArrayBuffer.isView(value) || listOf(anyNumber).accepts(value),
};
const anImage: Rule = {
  expected: "a tensor, or { data, shape }",
  accepts: (value) =>
    isTensor(value) ||
    (typeof value === "object" &&
      value !== null &&
      ArrayBuffer.isView((value as HostArray).data) &&
      Array.isArray((value as HostArray).shape)),
};

/**
 * Writes event files for TensorBoard, with the methods of PyTorch's `SummaryWriter`. Every writer begins a file of its own in the folder
 * of its run. Values of tensors are those of the call: they are read from the device without stopping the loop that calls. The methods
 * reject with ArgumentError for wrong arguments and with StorageError where events cannot be written.
 *
 * @example
 * const writer = new SummaryWriter({ store: new MemoryLogStore(), run: "first" });
 * for (let step = 0; step < 100; step++) await writer.addScalar("loss", 1 / (1 + step), step);
 * await writer.addHistogram("weight", normal([64, 64], { seed: 1 }), 100);
 * await writer.addText("note", "The rate was **too high**.", 100);
 * await writer.close();
 */
export class SummaryWriter {
  private readonly file: EventFile;
  /** Settles when the tensors of all calls before have been read and added. */
  private reading: Promise<unknown> = Promise.resolve();
  private isOpen = true;

  /** Throws ArgumentError for wrong options. */
  constructor(options: SummaryWriterOptions) {
    const rules = {
      store: aLogStore,
      run: logName,
      purgeStep: nonNegativeInteger,
      flushSeconds: nonNegative,
    };
    checkOptions<SummaryWriterOptions>("SummaryWriter", options, rules, ["store"]);
    const { store, run = "", purgeStep, flushSeconds = 5 } = options;
    this.file = new EventFile(store, run, 1000 * flushSeconds);
    // The first flush reports a failure.
    if (purgeStep !== undefined) this.file.add(writeSessionStart(), purgeStep).catch(() => undefined);
  }

  async addScalar(tag: string, value: number, step: number): Promise<void> {
    this.check("addScalar", tag, step);
    checkValue("addScalar: value", value, anyNumber);
    await this.addValue(listScalarFields(tag, value), step);
  }

  /** A histogram of values, or a histogram. Where no value is finite, nothing is written. That of a tensor is computed on its device. */
  async addHistogram(
    tag: string,
    values: Tensor | NumericArray | readonly number[] | Histogram,
    step: number,
  ): Promise<void> {
    this.check("addHistogram", tag, step);
    checkValue("addHistogram: values", values, valuesRule);
    await this.addLater(async () => {
      const histogram = await findHistogram(values);
      return histogram && listHistogramFields(tag, histogram);
    }, step);
  }

  /**
   * An image [height, width] or [channels, height, width] with 1 (gray), 2 (and alpha), 3 (colors) or 4 (and alpha) channels, of bytes or
   * of numbers from 0 to 1. Rejects with ShapeError for another shape.
   */
  async addImage(
    tag: string,
    image: Tensor | Pick<HostArray, "data" | "shape">,
    step: number,
  ): Promise<void> {
    this.check("addImage", tag, step);
    checkValue("addImage: image", image, anImage);
    await this.addLater(async () => listImageFields(tag, encodeImage(await readImage(image))), step);
  }

  /** TensorBoard shows the text as Markdown. */
  async addText(tag: string, markdown: string, step: number): Promise<void> {
    this.check("addText", tag, step);
    checkValue("addText: markdown", markdown, text);
    await this.addValue(listTextFields(tag, markdown), step);
  }

  /** The settings of the run, and the metrics that TensorBoard shows beside them to compare runs. */
  async addHparams(hparams: Hparams, metrics: readonly HparamsMetric[] = []): Promise<void> {
    this.check("addHparams");
    checkValue("addHparams: hparams", hparams, hparamsRule);
    checkValue("addHparams: metrics", metrics, metricsRule);
    await this.addValue(listExperimentFields(hparams, metrics, Date.now()), 0);
    await this.addValue(listSessionStartFields(hparams, Date.now()), 0);
  }

  /** How the run of the settings has ended. */
  async endHparams(status: "success" | "failure"): Promise<void> {
    this.check("endHparams");
    await this.addValue(listSessionEndFields(status, Date.now()), 0);
  }

  /** Resolves when all events of the calls before are in the store. */
  async flush(): Promise<void> {
    await this.reading;
    await this.file.flush();
  }

  /** The same; then nothing can be added. */
  async close(): Promise<void> {
    this.isOpen = false;
    await this.flush();
  }

  private addValue(value: readonly Field[], step: number): Promise<void> {
    return this.file.add(writeSummary(value), step);
  }

  /** Calls `read` at once, and adds what it resolves with. */
  private async addLater(read: () => Promise<readonly Field[] | undefined>, step: number): Promise<void> {
    const added = read().then((value) => value && this.addValue(value, step));
    this.reading = Promise.allSettled([this.reading, added]);
    await added;
  }

  private check(where: string, tag = "-", step = 0): void {
    if (!this.isOpen)
      throw new ArgumentError(`${where}: found a writer that is closed, expected an open one`);
    checkValue(`${where}: tag`, tag, text);
    checkValue(`${where}: step`, step, nonNegativeInteger);
  }
}

async function findHistogram(
  values: Tensor | NumericArray | readonly number[] | Histogram,
): Promise<Histogram | undefined> {
  if (isHistogram(values)) return values;
  if (!isTensor(values)) return computeHistogram(values);
  const numbers = computeDeviceHistogram(values);
  const reading = numbers.data();
  numbers.dispose();
  return makeHistogram(await reading);
}

async function readImage(
  image: Tensor | Pick<HostArray, "data" | "shape">,
): Promise<Pick<HostArray, "data" | "shape">> {
  if (!isTensor(image)) return image;
  const { shape } = image;
  return { shape, data: (await image.data()) as HostArray["data"] };
}
