import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { drawInputs } from "../core/inputs.ts";
import { measure, quickEffort } from "../core/measure.ts";
import { makeUntimedRow, type Row } from "../core/rows.ts";
import type { Program, Subject } from "../core/subject.ts";
import type { Inputs, TrainingStepTask } from "../core/task.ts";
import { readModelInputs } from "../evenkeel/model-inputs.ts";
import { writeHostArrays } from "../load/host-arrays.ts";
import { LineProcess } from "../peers/pytorch/line-process.ts";
import { peers } from "../session/peers.ts";
import { isWanted, type Suite } from "./suite.ts";

const root = resolve(import.meta.dirname, "../..");

/**
 * The time from the start of a process to the end of its first training step, including loading the data and the
 * weights.
 */
export const load: Suite = {
  name: "load",
  run: async (session, report) => {
    const batch = session.options.quick ? 4 : 128;
    const task: TrainingStepTask = { kind: "training-step", model: "mlp", batch };
    const name = `first step ${task.model} b${task.batch}`;
    if (!isWanted(name, session)) return;
    const inputs = { ...drawInputs(task), ...(await readModelInputs(task, session.own[0]!.backend)) };
    // Inside the package, where the peers can be imported.
    const folder = join(root, "node_modules/.cache/evenkeel-bench");
    await mkdir(folder, { recursive: true });
    try {
      await bundleProgram(folder);
      await writeHostArrays(inputs, folder);
      const subjects = [...session.own.map(({ subject }) => subject), ...session.peers];
      const programs = subjects.map((subject) => makeProgram(subject, task, inputs, folder));
      const timings = await measure(programs, { ...quickEffort, windowMilliseconds: 0 });
      report(
        subjects.map((subject, index): Row => {
          const { name: subjectName, backend, threads } = subject;
          const row = { suite: "load", case: name, subject: subjectName, backend, threads };
          const timing = timings[index]!;
          if (!(timing instanceof Error)) return { ...row, ...timing };
          return makeUntimedRow(row, timing);
        }),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** Evenkeel is bundled into one file, as in an application; the others are loaded from their packages. */
async function bundleProgram(folder: string): Promise<void> {
  await build({
    entryPoints: [join(root, "src/load/first-step.ts")],
    outfile: join(folder, "first-step.js"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
    conditions: ["@evenkeel/source"],
    external: ["@tensorflow/*", "@jax-js/*", "webgpu", "esbuild"],
  });
}

function makeProgram(subject: Subject, task: TrainingStepTask, inputs: Inputs, folder: string): Program {
  const { name, backend, threads } = subject;
  const isPytorch = name.startsWith("pytorch");
  return {
    time: async () => {
      const start = performance.now();
      if (!isPytorch) return (await timeFirstStep(folder, { name, backend, threads, task })) - start;
      const fresh = await peers[name]!.open(threads, join(folder, name));
      await (await fresh.prepare(task, inputs)).time(1);
      const end = performance.now();
      await fresh.close();
      return end - start;
    },
    dispose: () => undefined,
  };
}

/** The time at which a separate process completed its first step. */
async function timeFirstStep(folder: string, request: object): Promise<number> {
  const child = new LineProcess(process.execPath, [join(folder, "first-step.js"), folder], {});
  await child.ask(request);
  const end = performance.now();
  await child.stop();
  return end;
}
