import {
  type BatchRecord,
  CSVLogger,
  type EpochRecord,
  fit,
  Linear,
  type LogStore,
  MemoryCheckpointStore,
  MemoryLogStore,
  mse,
  SGD,
} from "@evenkeel/nn";
import { ArgumentError, StorageError, type Tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const batch = (value: number) => ({
  inputs: { data: Float32Array.of(value, 1), shape: [1, 2] },
  labels: { data: Float32Array.of(1), shape: [1, 1] },
});
const data = () => [batch(1), batch(2), batch(3)];

const makeOptions = (model: Linear, epochs: number) => ({
  data,
  loss: mse,
  metrics: { "error, mean": (outputs: Tensor, labels: Tensor) => mse(outputs, labels) },
  optimizer: new SGD(model, { learningRate: 0.01 }),
  epochs,
});

const make = () => new Linear(2, 1, { seed: 1 });

const readText = async (store: LogStore, name = "log.csv") =>
  new TextDecoder().decode((await store.load(name))!);

const epochLine = ({ epoch, steps, milliseconds, loss, metrics, validation }: EpochRecord) =>
  [
    ...[epoch, steps, milliseconds, 0.01, loss, metrics["error, mean"]],
    ...(validation === undefined ? [] : [validation.loss, validation.metrics["error, mean"]]),
  ].join(",");
const stepLine = ({ step, epoch, batch, loss, metrics }: BatchRecord) =>
  [step, epoch, batch, 0.01, loss, metrics["error, mean"]].join(",");

describe("a CSV log", () => {
  test("has a row for every epoch, and replaces that of an earlier run", async () => {
    const store = new MemoryLogStore();
    await store.save("log.csv", new TextEncoder().encode("epoch,loss\n0,7\n"));
    const model = make();
    const options = { ...makeOptions(model, 3), validation: data };
    const { epochs } = await fit(model, { ...options, callbacks: [new CSVLogger({ store })] });
    expect(await readText(store)).toBe(
      [
        'epoch,steps,milliseconds,learning_rate,loss,"error, mean",val_loss,"val_error, mean"',
        ...epochs.map(epochLine),
        "",
      ].join("\n"),
    );
  });

  test("has a row for every nth step, with another separator", async () => {
    const store = new MemoryLogStore();
    const model = make();
    const seen: BatchRecord[] = [];
    const logger = new CSVLogger({ store, name: "train/steps.csv", everySteps: 2, separator: ";" });
    const callbacks = [logger, { onBatch: (record: BatchRecord) => void seen.push(record) }];
    await fit(model, { ...makeOptions(model, 3), callbacks });
    const lines = seen
      .filter(({ step }) => step % 2 === 0)
      .map((record) => stepLine(record).replaceAll(",", ";"));
    expect(lines).toHaveLength(5);
    expect(await readText(store, "train/steps.csv")).toBe(
      ["step;epoch;batch;learning_rate;loss;error, mean", ...lines, ""].join("\n"),
    );
  });

  test.each(["aborted", "killed"])(
    "of a run that was %s and resumed is that of one that was not",
    async (end) => {
      const [interrupted, whole] = [new MemoryLogStore(), new MemoryLogStore()];
      const loggers = (store: LogStore) => [
        new CSVLogger({ store }),
        new CSVLogger({ store, name: "steps.csv", everySteps: 1 }),
      ];
      const model = make();
      await fit(model, { ...makeOptions(model, 3), callbacks: loggers(whole) });

      const store = new MemoryCheckpointStore();
      const controller = new AbortController();
      const first = make();
      const stopAt = (at: number) => ({
        onBatch: ({ step }: BatchRecord) => {
          if (step !== at) return;
          if (end === "aborted") controller.abort(new Error("enough"));
          // The last checkpoint is that of the first epoch, and the rows after it will come again.
          else throw new Error("enough");
        },
      });
      const run = fit(first, {
        ...makeOptions(first, 3),
        checkpoint: { store },
        signal: controller.signal,
        readEvery: 1,
        callbacks: [...loggers(interrupted), stopAt(4)],
      });
      await expect(run).rejects.toThrow("enough");
      // A line that is cut off.
      await interrupted.append("steps.csv", new TextEncoder().encode("5,1,"));
      const second = make();
      await fit(second, {
        ...makeOptions(second, 3),
        checkpoint: { store },
        resumed: true,
        callbacks: loggers(interrupted),
      });
      expect(await readText(interrupted, "steps.csv")).toBe(await readText(whole, "steps.csv"));
      const withoutTime = async (log: LogStore) =>
        (await readText(log)).split("\n").map((line) => line.split(",").toSpliced(2, 1));
      expect(await withoutTime(interrupted)).toEqual(await withoutTime(whole));
    },
  );

  test("of steps has validations within epochs, each once in a resumed run too", async () => {
    const [whole, interrupted] = [new MemoryLogStore(), new MemoryLogStore()];
    const checkpoint = { store: new MemoryCheckpointStore(), everySteps: 1 };
    const logTo = (store: LogStore) => [new CSVLogger({ store, everySteps: 3 })];
    const validated = { validation: data, validateEvery: 2 };
    const model = make();
    const { validations } = await fit(model, {
      ...{ ...makeOptions(model, 3), ...validated, callbacks: logTo(whole) },
    });
    const [head, ...rows] = (await readText(whole)).split("\n");
    const at = head!.split(",").indexOf("val_loss");
    const found = rows.map((row) => row.split(",")).filter(([, , batch]) => batch === "");
    expect(found.map((row) => [Number(row[0]), Number(row[1]), Number(row[at])])).toEqual(
      validations!.map(({ steps, epoch, loss }) => [steps - 1, epoch, loss]),
    );
    expect(found.map(([step]) => step)).toEqual(["1", "3", "5", "7"]);

    const first = make();
    const fail = ({ steps }: { steps: number }) => {
      if (steps === 6) throw new Error("enough");
    };
    const options = { ...validated, checkpoint };
    const run = fit(first, {
      ...{ ...makeOptions(first, 3), ...options, callbacks: [...logTo(interrupted), { onValidation: fail }] },
    });
    await expect(run).rejects.toThrow("enough");
    const second = make();
    await fit(second, {
      ...{ ...makeOptions(second, 3), ...options, resumed: true, callbacks: logTo(interrupted) },
    });
    expect(await readText(interrupted)).toBe(await readText(whole));
  });

  test("gets columns that come later, empty in the rows before", async () => {
    const store = new MemoryLogStore();
    const checkpoint = { store: new MemoryCheckpointStore() };
    const model = make();
    const options = makeOptions(model, 1);
    await fit(model, { ...options, checkpoint, callbacks: [new CSVLogger({ store })] });
    const { epochs } = await fit(model, {
      ...options,
      ...{ epochs: 2, validation: data, checkpoint, resumed: true, callbacks: [new CSVLogger({ store })] },
    });
    const [head, ...rows] = (await readText(store)).split("\n");
    expect(head).toBe('epoch,steps,milliseconds,learning_rate,loss,"error, mean",val_loss,"val_error, mean"');
    expect(rows).toEqual([`${epochLine(epochs[0]!)},,`, epochLine(epochs[1]!), ""]);
  });

  test("keeps NaN and infinities", async () => {
    const store = new MemoryLogStore();
    const logger = new CSVLogger({ store });
    const record = { epoch: 0, steps: 1, loss: Number.NaN, metrics: { a: -Infinity }, examples: 1 };
    await logger.onStart({ history: { epochs: [], batches: [] } } as never);
    await logger.onEpoch({ ...record, milliseconds: 2 }, { epochs: [], batches: [] });
    expect(await readText(store)).toBe("epoch,steps,milliseconds,loss,a\n0,1,2,NaN,-Infinity\n");
  });

  test("that cannot be written ends the run with its error", async () => {
    const failing = async () => {
      throw new StorageError("log.csv: could not be written: the disk is full");
    };
    const store = Object.assign(new MemoryLogStore(), { append: failing });
    const model = make();
    const run = fit(model, { ...makeOptions(model, 1), callbacks: [new CSVLogger({ store })] });
    await expect(run).rejects.toThrow(StorageError);
  });

  test("refuses wrong options and metrics that have the name of a column", async () => {
    const store = new MemoryLogStore();
    expect(() => new CSVLogger({} as never)).toThrow(
      "CSVLogger: store: found undefined, expected a LogStore",
    );
    expect(() => new CSVLogger({ store, everySteps: 0 })).toThrow(ArgumentError);
    expect(() => new CSVLogger({ store, separator: '"' })).toThrow(ArgumentError);
    expect(() => new CSVLogger({ store, name: "../log.csv" })).toThrow(ArgumentError);
    const model = make();
    const metrics = { steps: makeOptions(model, 1).metrics["error, mean"] };
    const run = fit(model, { ...makeOptions(model, 1), metrics, callbacks: [new CSVLogger({ store })] });
    await expect(run).rejects.toThrow('found two columns named "steps", expected metrics of other names');
  });
});
