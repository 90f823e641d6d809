import { cpu } from "@evenkeel/backend-cpu";
import { webgpu } from "@evenkeel/backend-webgpu";
import { ArgumentError, EvenkeelError } from "@evenkeel/tensor";
import { runJob } from "./job.ts";

try {
  process.exitCode = await runJob(process.argv.slice(2), {
    backends: [webgpu, cpu],
    say: (line) => console.log(line),
  });
} catch (error) {
  if (!(error instanceof EvenkeelError)) throw error;
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = error instanceof ArgumentError ? 2 : 1;
}
