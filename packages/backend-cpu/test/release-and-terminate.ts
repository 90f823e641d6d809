// Ends a worker that does not keep the process alive: the process must not end before it is told that the worker has.

import { spawn } from "../src/threads/spawn.ts";

const worker = await spawn(
  {
    memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
    shared: new SharedArrayBuffer(2 ** 20),
    worker: 0,
    threads: 1,
  },
  () => {},
);
const ended = worker.terminate();
worker.release();
await ended;
console.log("terminated");
