import { ArgumentError, EvenkeelError } from "@evenkeel/tensor";
import { listBackends } from "./backends.ts";
import { runJob } from "./job.ts";

// The reader of the output may end first, as with `| head` or a closed terminal; the run continues and is saved.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

try {
  process.exitCode = await runJob(process.argv.slice(2), {
    backends: listBackends,
    say: (line) => console.log(line),
  });
} catch (error) {
  if (!(error instanceof EvenkeelError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = error instanceof ArgumentError ? 2 : 1;
}
