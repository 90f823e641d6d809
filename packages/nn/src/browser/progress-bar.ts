import { ArgumentError } from "@evenkeel/tensor";
import { checkOptions, describeValue, text } from "@evenkeel/tensor/checks";
import { ProgressReporter } from "../training/progress/progress-reporter.ts";
import type { RunProgress } from "../training/progress/run-progress.ts";
import {
  computeShareDone,
  describeEpoch,
  describePace,
  describeValues,
} from "../training/progress/run-progress.ts";

export interface ProgressBarOptions {
  /** What is trained, for people and for screen readers; default `Training`. */
  readonly label?: string;
}

/** Text that only screen readers find. */
const unseen: Partial<CSSStyleDeclaration> = {
  position: "absolute",
  width: "1px",
  height: "1px",
  overflow: "hidden",
  clipPath: "inset(50%)",
  whiteSpace: "nowrap",
};

/**
 * A callback of `fit` that shows the progress of a run on a page: a `<progress>` element for the whole run, which screen readers know,
 * and a line with the epoch, the loss and the metrics, and the remaining time. Finished epochs are announced to screen readers. The
 * elements are in `element`, whose class is `evenkeel-progress`.
 *
 * Of a run in a worker, give `show` what a `ProgressReporter` of the worker reports.
 *
 * Throws ArgumentError for wrong options and where `parent` is no element.
 *
 * @example
 * const bar = new ProgressBar(document.body, { label: "Figures" });
 * await runInWorker(worker, settings, { onReport: (progress) => bar.show(progress) });
 */
export class ProgressBar<Name extends string = string> extends ProgressReporter<Name> {
  readonly element: HTMLElement;
  private readonly bar: HTMLProgressElement;
  private readonly line: HTMLElement;
  private readonly announcement: HTMLElement;
  private readonly label: string;

  /** Appends the element to `parent`. */
  constructor(parent: Element, options: ProgressBarOptions = {}) {
    super((progress) => this.show(progress));
    checkOptions<ProgressBarOptions>("ProgressBar", options, { label: text });
    if (typeof parent?.append !== "function")
      throw new ArgumentError(`ProgressBar: parent: found ${describeValue(parent)}, expected an element`);
    this.label = options.label ?? "Training";
    const { ownerDocument: page } = parent;
    this.element = page.createElement("div");
    this.element.className = "evenkeel-progress";
    this.bar = page.createElement("progress");
    this.bar.max = 1;
    this.bar.setAttribute("aria-label", this.label);
    Object.assign(this.bar.style, { display: "block", width: "100%" });
    this.line = page.createElement("div");
    this.line.style.fontVariantNumeric = "tabular-nums";
    this.announcement = page.createElement("div");
    this.announcement.setAttribute("role", "status");
    Object.assign(this.announcement.style, unseen);
    this.element.append(this.bar, this.line, this.announcement);
    parent.append(this.element);
  }

  /** Shows the progress of a run that runs elsewhere, such as in a worker. */
  show(progress: RunProgress): void {
    const share = progress.at === "end" ? 1 : computeShareDone(progress);
    // Without a value, the bar shows that something is going on.
    if (share === undefined) this.bar.removeAttribute("value");
    else this.bar.value = share;
    const values = describeValues(progress);
    const parts = [describeEpoch(progress), ...values, ...describePace(progress)];
    this.line.textContent = `${this.label}: ${parts.join(", ")}`;
    if (progress.at === "epoch")
      this.announcement.textContent = [`${describeEpoch(progress)} is done`, ...values].join(", ");
    else if (progress.at === "end") this.announcement.textContent = "The training has ended.";
    else if (progress.at === "error") this.announcement.textContent = "The training has stopped.";
  }

  /** Takes the element off the page. */
  remove(): void {
    this.element.remove();
  }
}
