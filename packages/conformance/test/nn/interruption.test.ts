import { fit, MemoryCheckpointStore, Module, mse, Parameter, SGD } from "@evenkeel/nn";
import { Interruption, withInterruption } from "@evenkeel/nn/node";
import { full, mul, type Tensor } from "@evenkeel/tensor";
import { afterEach, expect, test, vi } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

class Scale extends Module {
  factor: Parameter = new Parameter(full([1], 1));

  forward(x: Tensor): Tensor {
    return mul(x, this.factor.value);
  }
}

const countListeners = (): number => process.listenerCount("SIGINT") + process.listenerCount("SIGTERM");

afterEach(() => void vi.restoreAllMocks());

test("Ctrl-C ends a run with a checkpoint, from which it is resumed", async () => {
  const store = new MemoryCheckpointStore();
  const before = countListeners();
  const batch = { inputs: Float32Array.of(1, 2), labels: Float32Array.of(0, 0) };
  const train = (onStep?: () => void) => {
    const model = new Scale();
    return withInterruption((signal) =>
      fit(model, {
        data: () => Array.from({ length: 6 }, () => batch),
        loss: mse,
        optimizer: new SGD(model, { learningRate: 0.01 }),
        epochs: 1,
        checkpoint: { store },
        resumed: true,
        signal,
        callbacks: [{ onStep: () => onStep?.() }],
      }),
    );
  };
  let steps = 0;
  const halted = train(() => {
    if (++steps === 3) process.emit("SIGINT", "SIGINT");
  });
  await expect(halted).rejects.toThrow(Interruption);
  await expect(halted).rejects.toMatchObject({ message: "interrupted by SIGINT", exitCode: 130 });
  expect(countListeners()).toBe(before);
  const { batches } = await train(() => steps++);
  expect(steps).toBe(6);
  expect(batches.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
});

test("signals of one key press count as one, and a later one ends the program", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const kill = vi.spyOn(process, "kill").mockImplementation(() => true);
  const before = countListeners();
  await withInterruption((signal) => {
    process.emit("SIGTERM", "SIGTERM");
    now = 400;
    process.emit("SIGINT", "SIGINT");
    expect(signal.reason).toMatchObject({ exitCode: 143 });
    expect(kill).not.toHaveBeenCalled();
    now = 1400;
    process.emit("SIGINT", "SIGINT");
    expect(kill.mock.calls).toEqual([[process.pid, "SIGINT"]]);
    expect(countListeners()).toBe(before);
  });
  await expect(withInterruption("fit" as never)).rejects.toThrow("withInterruption: body: found");
});
