import { cpu } from "@evenkeel/backend-cpu";
import { crossEntropy, fit, Linear, SGD } from "@evenkeel/nn";
import { ProgressBar } from "@evenkeel/nn/browser";
import { selectBackend, setDefaultBackend } from "@evenkeel/tensor";

const data = () => [
  { inputs: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, labels: Int32Array.of(0, 1) },
];

/** Trains on the page with a bar that stays; resolves with its progress at the start of the second epoch. */
export async function showProgress(label: string): Promise<number> {
  const backend = await selectBackend([cpu({ threads: 1 })]);
  const model = new Linear(2, 2, { seed: 1 });
  const bar = new ProgressBar(document.body, { label });
  let halfway = Number.NaN;
  const onEpoch = ({ epoch }: { epoch: number }) => {
    if (epoch === 0) halfway = bar.element.querySelector("progress")!.value;
  };
  const optimizer = new SGD(model, { learningRate: 0.1 });
  await fit(model, { data, loss: crossEntropy, optimizer, epochs: 2, callbacks: [bar, { onEpoch }] });
  setDefaultBackend(undefined);
  await backend.close();
  return halfway;
}

/**
 * Shows the report of a worker whose number of batches is not known, and takes the bar off the page; resolves with what a test
 * expects.
 */
export function showReport(label: string): object {
  const bar = new ProgressBar(document.body, { label });
  const batch = {
    at: "batch",
    epoch: 1,
    epochs: 3,
    batch: 5,
    batches: undefined,
    values: { loss: 1 },
  } as const;
  bar.show({ ...batch, secondsLeft: undefined, examplesPerSecond: undefined });
  const hasValue = bar.element.querySelector("progress")!.hasAttribute("value");
  const text = bar.element.textContent;
  bar.remove();
  return { hasValue, text, isConnected: bar.element.isConnected };
}
