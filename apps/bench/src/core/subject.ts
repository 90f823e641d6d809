import { EvenkeelError } from "@evenkeel/tensor";
import type { Inputs, Results, Task } from "./task.ts";

/** A task with its data in place. */
export interface Program {
  /** What it computes, to be compared before it is timed. A roof computes nothing. */
  results?(): Promise<Results>;
  /** Does it so many times in a row and waits until the last is done: milliseconds. */
  time(repetitions: number): Promise<number>;
  dispose(): void | Promise<void>;
}

/** One that takes part: Evenkeel, a peer or a roof, on a backend with a number of threads. */
export interface Subject {
  readonly name: string;
  readonly backend: string;
  readonly threads: number;
  /** Throws NotOfferedError for what it has no means to compute. */
  prepare(task: Task, inputs: Inputs): Promise<Program>;
  close(): Promise<void>;
}

/** The subject cannot do this, by itself or on this machine; the message says why. */
export class NotOfferedError extends EvenkeelError {
  override readonly name = "NotOfferedError";
}
