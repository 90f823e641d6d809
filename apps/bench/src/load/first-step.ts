import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Program } from "../core/subject.ts";
import type { Inputs, TrainingStepTask } from "../core/task.ts";
import { makeTrainingStepProgram } from "../evenkeel/training-step.ts";
import { openBackend } from "../session/open-backend.ts";
import { peers } from "../session/peers.ts";
import { readHostArrays } from "./host-arrays.ts";

/** A process that receives one line of JSON, runs one step, and answers when the step is done. */
interface Request {
  readonly name: string;
  readonly backend: "cpu" | "webgpu";
  readonly threads: number;
  readonly task: TrainingStepTask;
}

const folder = process.argv[2]!;
const lines = createInterface(process.stdin);
const [line] = (await once(lines, "line")) as [string];
const { name, backend, threads, task } = JSON.parse(line) as Request;
const prepare = await open();
const program = await prepare(await readHostArrays(folder));
await program.time(1);
console.log("{}");
await once(lines, "close");
// A GPU of Dawn would keep the process alive.
process.exit();

/** Of Evenkeel, only what trains is loaded, as in an application. */
async function open(): Promise<(inputs: Inputs) => Program | Promise<Program>> {
  if (name === "evenkeel") {
    const device = await openBackend(backend, threads);
    return (inputs) => makeTrainingStepProgram(task, inputs, device);
  }
  const subject = await peers[name]!.open(threads, folder);
  return (inputs) => subject.prepare(task, inputs);
}
