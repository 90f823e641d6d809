import type { LogStore } from "@evenkeel/nn";
import { encodeEvent, writeFileVersion } from "./messages/event.ts";
import type { Field } from "./messages/fields.ts";

/** A file of events, which are buffered and appended in one piece. */
export class EventFile {
  private readonly store: LogStore;
  private readonly name: string;
  private readonly milliseconds: number;
  private buffered: Uint8Array[] = [];
  private flushedAt = performance.now();
  /** Settles when everything before has been appended. */
  private writing: Promise<void> = Promise.resolve();

  /** Events wait for at most `milliseconds` before the next one is added. */
  constructor(store: LogStore, folder: string, milliseconds: number) {
    const now = Date.now();
    this.store = store;
    this.name = (folder === "" ? "" : `${folder}/`) + nameFile(now);
    this.milliseconds = milliseconds;
    this.buffered.push(encodeEvent(writeFileVersion(), { step: 0, time: now }));
  }

  /** Adds an event at the present time. Rejects with StorageError where events are due and cannot be appended. */
  async add(what: Field, step: number): Promise<void> {
    this.buffered.push(encodeEvent(what, { step, time: Date.now() }));
    if (performance.now() - this.flushedAt >= this.milliseconds) await this.flush();
  }

  flush(): Promise<void> {
    const parts = this.buffered;
    this.buffered = [];
    this.flushedAt = performance.now();
    if (parts.length === 0) return this.writing;
    const append = async (): Promise<void> => {
      await this.store.append(this.name, new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
    };
    // One after the other: events are in the order of the calls. A failure is reported once, to the flush that caused it.
    const appended = this.writing.then(append);
    this.writing = appended.catch(() => undefined);
    return appended;
  }
}

/** TensorBoard reads the files of a folder in the order of their names, so that a resumed run comes after the run that it continues. */
function nameFile(now: number): string {
  const [seconds, milliseconds] = [Math.floor(now / 1000), now % 1000];
  const unique = Math.floor(Math.random() * 2 ** 32).toString(16);
  return `events.out.tfevents.${seconds}.${String(milliseconds).padStart(3, "0")}.${unique}.v2`;
}
