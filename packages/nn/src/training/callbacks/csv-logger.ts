import { ArgumentError } from "@evenkeel/tensor";
import { checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import { decodeCsv, encodeCsvRow } from "../../logs/csv.ts";
import type { LogStore } from "../../logs/log-store.ts";
import { aLogStore, logName } from "../../logs/log-store.ts";
import type { Callback, RunStart } from "../fit-options.ts";
import type { BatchRecord, EpochRecord, History, ValidationRecord } from "../measurements/history.ts";

export interface CSVLoggerOptions {
  readonly store: LogStore;
  /** Default: `log.csv`. */
  readonly name?: string;
  /** Writes a row for every nth step and for every validation of `validateEvery`, in place of one for every epoch. */
  readonly everySteps?: number;
  /** One character between columns; default a comma. */
  readonly separator?: string;
}

/** The values of a row by their columns; the first one counts from 0. */
type Row = ReadonlyMap<string, number>;

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * A callback of `fit` that writes a CSV file, like Keras's: a row for each epoch, with the loss and the metrics in training and,
 * as `val_loss` and so on, in validation. With `everySteps` it writes the loss and the metrics of every nth batch instead, and each
 * validation within epochs in a row that has no batch; two loggers with two names write both. Every row is appended in one piece, so
 * a run that is killed leaves whole lines.
 *
 * A new run replaces the file. A resumed one keeps the rows up to where it continues, and drops those that it will write again and a
 * line that is cut off. A column that comes later, such as of a validation, is empty in the rows before.
 *
 * Throws ArgumentError for wrong options, and `fit` rejects with it for a metric that has the name of another column; with StorageError
 * where the file cannot be written.
 *
 * @example
 * const log = new MemoryLogStore();
 * await fit(model, {
 *   data: batches(train, { batchSize: 32, shuffled: true, seed: 1 }),
 *   loss: crossEntropy,
 *   optimizer: new SGD(model, { learningRate: 0.1 }),
 *   epochs: 2,
 *   callbacks: [new CSVLogger({ store: log }), new CSVLogger({ store: log, name: "steps.csv", everySteps: 1 })],
 * });
 */
export class CSVLogger<Name extends string = string> implements Callback<Name> {
  private readonly store: LogStore;
  private readonly name: string;
  private readonly everySteps: number | undefined;
  private readonly separator: string;
  private columns: readonly string[] = [];

  constructor(options: CSVLoggerOptions) {
    const separator = {
      expected: "one character that is no quote, digit, letter, point, minus sign or end of a line",
      accepts: (value: unknown) => typeof value === "string" && /^[^"\w.\-\r\n]$/.test(value),
    };
    const rules = { store: aLogStore, name: logName, everySteps: positiveInteger, separator };
    checkOptions<CSVLoggerOptions>("CSVLogger", options, rules, ["store"]);
    this.store = options.store;
    this.name = options.name ?? "log.csv";
    this.everySteps = options.everySteps;
    this.separator = options.separator ?? ",";
  }

  async onStart({ history }: RunStart<Name>): Promise<void> {
    const next = this.everySteps === undefined ? history.epochs.length : countSteps(history);
    const validated = history.validations === undefined ? next : (history.validations.at(-1)?.steps ?? 0);
    const { columns, rows } = next === 0 ? { columns: [], rows: [] } : await this.read();
    const hasBatch = (row: readonly string[]): boolean => row[columns.indexOf("batch")] !== "";
    const isKept = (row: readonly string[]): boolean => Number(row[0]) < (hasBatch(row) ? next : validated);
    await this.replace({ columns, rows: rows.filter(isKept) });
  }

  async onBatch(record: BatchRecord<Name>): Promise<void> {
    if (this.everySteps === undefined || record.step % this.everySteps !== 0) return;
    const { step, epoch, batch, learningRate, loss, metrics } = record;
    const row = new Map([["step", step] as const, ["epoch", epoch], ["batch", batch]]);
    addValues(row, { learning_rate: learningRate, loss });
    addValues(row, metrics);
    await this.write(row);
  }

  async onValidation({ epoch, steps, loss, metrics }: ValidationRecord<Name>): Promise<void> {
    if (this.everySteps === undefined) return;
    const row = new Map([["step", steps - 1] as const, ["epoch", epoch]]);
    addValues(row, { loss, ...metrics }, "val_");
    await this.write(row);
  }

  async onEpoch(record: EpochRecord<Name>, { batches }: History<Name>): Promise<void> {
    if (this.everySteps !== undefined) return;
    const { epoch, steps, milliseconds, loss, metrics, validation } = record;
    const row = new Map([["epoch", epoch] as const, ["steps", steps], ["milliseconds", milliseconds]]);
    const rate = batches.at(-1)?.learningRate;
    if (rate !== undefined) row.set("learning_rate", rate);
    addValues(row, { loss });
    addValues(row, metrics);
    if (validation !== undefined) addValues(row, { loss: validation.loss, ...validation.metrics }, "val_");
    await this.write(row);
  }

  private async write(row: Row): Promise<void> {
    const added = [...row.keys()].filter((column) => !this.columns.includes(column));
    if (added.length > 0) {
      const { rows } = await this.read();
      await this.replace({ columns: [...this.columns, ...added], rows });
    }
    const fields = this.columns.map((column) => String(row.get(column) ?? ""));
    await this.store.append(this.name, new TextEncoder().encode(encodeCsvRow(fields, this.separator)));
  }

  /** The rows that are whole. */
  private async read(): Promise<Table> {
    const bytes = (await this.store.load(this.name)) ?? new Uint8Array();
    const [columns = [], ...rows] = decodeCsv(new TextDecoder().decode(bytes), this.separator);
    return { columns, rows: rows.filter(({ length }) => length === columns.length) };
  }

  private async replace({ columns, rows }: Table): Promise<void> {
    this.columns = columns;
    const padded = rows.map((row) => columns.map((_, index) => row[index] ?? ""));
    const lines = columns.length === 0 ? [] : [columns, ...padded];
    const text = lines.map((fields) => encodeCsvRow(fields, this.separator)).join("");
    await this.store.save(this.name, new TextEncoder().encode(text));
  }
}

/** The steps whose records there are. */
const countSteps = ({ epochs, batches }: History): number =>
  Math.max(epochs.at(-1)?.steps ?? 0, (batches.at(-1)?.step ?? -1) + 1);

/** Throws ArgumentError for a name that the row has already. */
function addValues(
  row: Map<string, number>,
  values: { readonly [name: string]: number },
  prefix: "" | "val_" = "",
): void {
  for (const [name, value] of Object.entries(values)) {
    const column = prefix + name;
    if (row.has(column)) {
      throw new ArgumentError(
        `CSVLogger: found two columns named "${column}", expected metrics of other names`,
      );
    }
    row.set(column, value);
  }
}
