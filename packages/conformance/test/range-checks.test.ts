import { valueAndGrad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import { crossEntropy, Embedding, nll } from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { ArgumentError, fromData, sum, take, zeros } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOn } from "./devices.ts";
import { openWebgpu } from "./webgpu/support.ts";

describeOn("cpu", "on one thread", () => reportsWhatIsOutOfRange(() => cpu({ threads: 1 }).open()));
describeOn("cpu", "on five threads", () => reportsWhatIsOutOfRange(() => cpu({ threads: 5 }).open()));
describeOn("webgpu", "on WebGPU", () => reportsWhatIsOutOfRange(() => openWebgpu()));

function reportsWhatIsOutOfRange(open: () => Promise<Backend>): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.close());

  const i32 = (values: readonly number[]) =>
    fromData(values, { shape: [values.length], dtype: "i32" }, { backend });
  const computeLogits = (samples: number) => zeros([samples, 3], { backend });
  const reported = (message: string) => new ArgumentError(message);

  test("labels out of range reject the read of the loss of a training step, once", async () => {
    const labels = i32([0, 3, 2, -1]);
    const [loss, gradient] = valueAndGrad((logits: Tensor) => crossEntropy(logits, labels))(computeLogits(4));
    await expect(loss.item()).rejects.toThrow(
      reported("softmaxCrossEntropy: labels: found 2 outside of [0, 3)"),
    );
    expect((await gradient.data()).length).toBe(12);
    expect(await crossEntropy(computeLogits(2), i32([1, 2])).item()).toBeCloseTo(Math.log(3), 5);
  });

  test("ignored labels are not out of range", async () => {
    expect(await crossEntropy(computeLogits(3), i32([-100, 1, -100])).item()).toBeCloseTo(Math.log(3), 5);
    const options = { ignoreIndex: 255, reduction: "sum" } as const;
    expect(await crossEntropy(computeLogits(2), i32([255, 0]), options).item()).toBeCloseTo(Math.log(3), 5);
  });

  test("all values are counted, however the work is divided", async () => {
    const count = 70_000;
    const labels = i32(Array.from({ length: count }, (_, index) => index % 7));
    const wrong = 4 * (count / 7);
    crossEntropy(computeLogits(count), labels);
    await expect(backend.idle()).rejects.toThrow(
      reported(`softmaxCrossEntropy: labels: found ${wrong} outside of [0, 3)`),
    );
    await backend.idle();
  });

  test("every range has its own count", async () => {
    const ranges = 150;
    for (let size = 1; size <= ranges; size++) take(zeros([size], { backend }), i32([0, size]));
    const found = new Set<string>();
    for (;;) {
      const report = await backend.idle().then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (report === undefined) break;
      expect(report).toMatch(/^take: indices: found 1 outside of \[-\d+, \d+\)$/);
      expect(found).not.toContain(report);
      found.add(report);
    }
    // The CPU reports only the first one, a GPU all.
    expect(found).toContain("take: indices: found 1 outside of [-1, 1)");
  });

  test("an embedding and other operations that index", async () => {
    const embedding = new Embedding(5, 4, { seed: 1, backend });
    const total = () => sum(embedding.forward(i32([0, 5, 4])));
    await expect(total().item()).rejects.toThrow(reported("take: indices: found 1 outside of [0, 5)"));
    await expect(nll(computeLogits(2), i32([1, 3])).item()).rejects.toThrow(ArgumentError);
    await backend.idle();
  });
}
