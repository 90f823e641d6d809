import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Task } from "../core/task.ts";
import { evenkeel } from "../evenkeel/evenkeel.ts";
import { openBackend } from "../session/open-backend.ts";
import { peers } from "../session/peers.ts";
import { readHostArrays } from "./host-arrays.ts";

/** A process that receives one line of JSON, runs one step, and answers when the step is done. */
interface Request {
  readonly name: string;
  readonly backend: "cpu" | "webgpu";
  readonly threads: number;
  readonly task: Task;
}

const folder = process.argv[2]!;
const lines = createInterface(process.stdin);
const [line] = (await once(lines, "line")) as [string];
const { name, backend, threads, task } = JSON.parse(line) as Request;
const subject =
  name === "evenkeel"
    ? evenkeel(await openBackend(backend, threads), threads)
    : await peers[name]!.open(threads, folder);
const program = await subject.prepare(task, await readHostArrays(folder));
await program.time(1);
console.log("{}");
await once(lines, "close");
// A GPU of Dawn would keep the process alive.
process.exit();
