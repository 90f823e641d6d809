import { ArgumentError, EvenkeelError } from "@evenkeel/tensor";
import { listBackends } from "./backends.ts";
import { parseCommand } from "./command-line.ts";
import type { Surroundings } from "./open-backend.ts";
import type { AnyTask } from "./task.ts";
import { train } from "./train.ts";
import { evaluate, predict } from "./use-run.ts";

const verbs = { train, evaluate, predict } as const;

/** Runs the program of a task; returns the exit code. */
export async function runTask(
  task: AnyTask,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const command = parseCommand(task, args);
  if (command === undefined) {
    surroundings.say(task.help);
    return 0;
  }
  return verbs[command.verb](task, command, surroundings);
}

/** Runs the program of a task with the arguments of this process, and sets its exit code. */
export async function main(task: AnyTask): Promise<void> {
  // The reader of the output may end first, as with `| head` or a closed terminal; the run continues and is saved.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    process.exitCode = await runTask(task, process.argv.slice(2), {
      backends: listBackends,
      say: (line) => console.log(line),
    });
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error;
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = error instanceof ArgumentError ? 2 : 1;
  }
}
