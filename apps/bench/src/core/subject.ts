import { EvenkeelError } from "@evenkeel/tensor";
import type { Inputs, Results, Task } from "./task.ts";

/** A task whose data is loaded. */
export interface Program {
  /** Computes the results that are compared before anything is timed. A roof computes nothing. */
  results?(): Promise<Results>;
  /** Repeats the task this many times in a row, waits for the last one, and returns the milliseconds. */
  time(repetitions: number): Promise<number>;
  dispose(): void | Promise<void>;
}

/** A participant: Evenkeel, a peer or a roof, on a backend with a number of threads. */
export interface Subject {
  readonly name: string;
  readonly backend: string;
  readonly threads: number;
  /** Throws NotOfferedError if the subject cannot compute the task. */
  prepare(task: Task, inputs: Inputs): Promise<Program>;
  close(): Promise<void>;
}

/** The subject cannot do this, in general or on this machine; the message gives the reason. */
export class NotOfferedError extends EvenkeelError {
  override readonly name = "NotOfferedError";
}
