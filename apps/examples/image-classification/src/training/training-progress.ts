import type { BatchRecord, Callback } from "@evenkeel/nn";
import type { Normalization } from "../options.ts";
import { formatDuration, type ProgressLine } from "../progress.ts";
import { describeArm, formatPercent } from "../words.ts";

/** Shows every batch on a progress line: loss, accuracy of the epoch so far, images per second, and remaining time. */
export function makeTrainingProgress(
  line: ProgressLine,
  run: { readonly normalization: Normalization; readonly epochs: number; readonly batchesPerEpoch: number },
): Callback {
  const { normalization, epochs, batchesPerEpoch } = run;
  const startedAt = performance.now();
  let imagesSinceStart = 0;
  let batchesSinceStart = 0;
  let epochImages = 0;
  let epochRight = 0;
  return {
    onBatch: ({ epoch, batch, step, loss, metrics, examples }: BatchRecord) => {
      if (batch === 0) [epochImages, epochRight] = [0, 0];
      batchesSinceStart++;
      imagesSinceStart += examples;
      epochImages += examples;
      epochRight += metrics.accuracy! * examples;
      const seconds = (performance.now() - startedAt) / 1000;
      const secondsLeft = ((epochs * batchesPerEpoch - step - 1) * seconds) / batchesSinceStart;
      line.update({
        label: `${describeArm(normalization)}, epoch ${epoch + 1}/${epochs}`,
        done: batch + 1,
        total: batchesPerEpoch,
        detail: [
          `loss ${loss.toFixed(3)}`,
          `accuracy ${formatPercent(epochRight / epochImages)}`,
          `${(imagesSinceStart / seconds).toFixed(0)} images/s`,
          `${formatDuration(secondsLeft)} left`,
        ].join("  "),
      });
      if (batch + 1 === batchesPerEpoch) line.finish();
    },
  };
}
