import { afterEach, expect, it, vi } from "vitest";
import { LineProcess } from "../src/peers/pytorch/line-process.ts";

const tellsItsVariables = `require("node:readline").createInterface(process.stdin).on("line", () =>
  console.log(JSON.stringify({ kept: process.env.KEPT, changed: process.env.CHANGED, taken: process.env.TAKEN ?? "none" })))`;

afterEach(() => {
  vi.unstubAllEnvs();
});

it("a process has the environment with the given changes and without the removed variables", async () => {
  for (const name of ["KEPT", "CHANGED", "TAKEN"]) vi.stubEnv(name, "before");
  const child = new LineProcess(process.execPath, ["-e", tellsItsVariables], {
    CHANGED: "after",
    TAKEN: undefined,
  });
  expect(await child.ask({})).toEqual({ kept: "before", changed: "after", taken: "none" });
  await child.stop();
});

it("a process that ends before it answers rejects with its error output", async () => {
  const child = new LineProcess(process.execPath, ["-e", `throw new Error("no such thing")`], {});
  await expect(child.ask({})).rejects.toThrow("no such thing");
});
