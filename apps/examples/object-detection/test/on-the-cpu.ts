import { listBackends } from "@evenkeel/example-task";
import { type Backend, selectBackend, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll } from "vitest";

/** Lets the tests of a file run on one thread of the CPU. */
export function runOnTheCpu(): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await selectBackend([listBackends({ backend: "cpu", threads: 1 })[1]]);
  });
  afterAll(async () => {
    setDefaultBackend(undefined);
    await backend.close();
  });
}
