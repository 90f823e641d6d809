import type { WriteStream } from "node:tty";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, text } from "@evenkeel/tensor/checks";
import { ProgressReporter } from "../training/progress/progress-reporter.ts";
import type { RunProgress } from "../training/progress/run-progress.ts";
import { describeEpoch, describePace, describeValues } from "../training/progress/run-progress.ts";
import { TerminalLine } from "./terminal-line.ts";

export interface ProgressBarOptions {
  /** Default: standard error, so that the output of the program can be used by others. */
  readonly stream?: NodeJS.WritableStream | WriteStream;
  /** Begins every line. */
  readonly label?: string;
}

const aStream: Rule = {
  expected: "a stream that can be written",
  accepts: (value) => typeof (value as NodeJS.WritableStream | null)?.write === "function",
};

/** The number of characters of a bar, and the fewest that make one. */
const widestBar = 24;
const narrowestBar = 8;

/**
 * A callback of `fit` that shows the progress of a run in the last line of a terminal: a bar for the epoch, the loss and the metrics so
 * far, the remaining time, and the speed. A narrow terminal shows fewer of them. Where the stream is no terminal, it prints a line for
 * each epoch. When the run ends, also by an error or by a signal that ends the program, the cursor is visible again.
 *
 * Throws ArgumentError for wrong options.
 *
 * @example
 * await fit(model, {
 *   data: batches(train, { batchSize: 32, shuffled: true, seed: 1 }),
 *   loss: crossEntropy,
 *   optimizer: new SGD(model, { learningRate: 0.1 }),
 *   epochs: 2,
 *   callbacks: [new ProgressBar()],
 * });
 */
export class ProgressBar<Name extends string = string> extends ProgressReporter<Name> {
  private readonly stream: NodeJS.WritableStream;
  private readonly label: string;
  private readonly line: TerminalLine | undefined;
  private shown = "";

  constructor(options: ProgressBarOptions = {}) {
    super((progress) => this.show(progress));
    checkOptions<ProgressBarOptions>("ProgressBar", options, { stream: aStream, label: text });
    this.stream = options.stream ?? process.stderr;
    this.label = options.label === undefined ? "" : `${options.label}  `;
    this.line = isTerminal(this.stream) ? new TerminalLine(this.stream) : undefined;
  }

  /** Shows the progress of a run that runs elsewhere, such as in a worker. */
  show(progress: RunProgress): void {
    const { at } = progress;
    if (at === "epoch") this.endEpoch(progress);
    else if (at === "batch") this.draw(progress);
    else if (at !== "start") this.line?.finish();
  }

  /** Prints a line of text, above the bar where there is one. */
  print(text: string): void {
    if (this.line === undefined) this.stream.write(`${text}\n`);
    else {
      this.line.print(text);
      if (this.shown !== "") this.line.draw(this.shown);
    }
  }

  private draw(progress: RunProgress): void {
    if (this.line === undefined) return;
    this.shown = this.layOut(progress, this.line.width);
    this.line.draw(this.shown);
  }

  private endEpoch(progress: RunProgress): void {
    if (this.line === undefined) {
      const parts = [this.label + describeEpoch(progress), ...listDetails(progress)];
      this.stream.write(`${parts.join("  ")}\n`);
      return;
    }
    this.draw(progress);
    this.line.finish();
    this.shown = "";
  }

  /** A line of at most `width` characters: shortens the bar, then leaves out details from the last one on, then the bar. */
  private layOut(progress: RunProgress, width: number): string {
    const { batch, batches } = progress;
    const head = this.label + describeEpoch(progress);
    const count = batches === undefined ? `batch ${batch}` : `${batch}/${batches}`;
    const details = listDetails(progress);
    for (let kept = details.length; kept >= 0; kept--) {
      const rest = [count, ...details.slice(0, kept)].join("  ");
      const space = width - head.length - rest.length - 2;
      if (batches === undefined && space >= 0) return `${head}  ${rest}`;
      if (batches !== undefined && space >= narrowestBar)
        return `${head} ${drawBar(batch / batches, Math.min(widestBar, space))} ${rest}`;
    }
    return `${head}  ${count}`.slice(0, width);
  }
}

const listDetails = (progress: RunProgress): string[] => [
  ...describeValues(progress),
  ...describePace(progress),
];

const drawBar = (share: number, width: number): string => {
  const filled = Math.round(width * Math.min(1, share));
  return "█".repeat(filled) + "░".repeat(width - filled);
};

const isTerminal = (stream: NodeJS.WritableStream): stream is WriteStream =>
  "isTTY" in stream && stream.isTTY === true && process.env.TERM !== "dumb";
