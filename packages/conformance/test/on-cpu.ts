import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { selectBackend, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll } from "vitest";

/** Makes the CPU the default backend while the tests of a file run. Returns a function that returns the backend. */
export function onCpu(threads = 1): () => Backend {
  let backend: Backend;
  beforeAll(async () => {
    backend = await selectBackend([cpu({ threads })]);
  });
  afterAll(async () => {
    setDefaultBackend(undefined);
    await backend.close();
  });
  return () => backend;
}
