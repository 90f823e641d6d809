import { drawInputs } from "../core/inputs.ts";
import { fullEffort, measure, quickEffort } from "../core/measure.ts";
import type { Row } from "../core/rows.ts";
import type { Program } from "../core/subject.ts";
import type { Inputs, TrainingStepTask } from "../core/task.ts";
import { makeTrainer, modelInputs, trainingStepProgram } from "../evenkeel/training-step.ts";
import type { PytorchSubject } from "../peers/pytorch/pytorch.ts";
import { openBackend } from "../session/open-backend.ts";
import type { Session } from "../session/session.ts";
import { isWanted, type Suite } from "./suite.ts";

/** Steps until the pool and the optimizer have all that they need. */
const stepsBefore = 3;

/** `bytes`: the most that are alive during a training step, weights, images and optimizer included. */
export const memory: Suite = {
  name: "memory",
  run: async (session, report) => {
    const { options } = session;
    const task: TrainingStepTask = {
      ...{ kind: "training-step", model: "resnet20", batch: options.quick ? 4 : 128 },
    };
    const name = `${task.model} b${task.batch}`;
    if (!isWanted(name, session)) return;
    const inputs = { ...drawInputs(task), ...(await modelInputs(task, session.own[0]!.backend)) };
    for (const threads of options.threads) report([await ownRow(task, name, inputs, threads, session)]);
    for (const peer of session.peers) {
      if ("peakBytes" in peer) report([await peerRow(task, name, inputs, peer as PytorchSubject, session)]);
    }
  },
};

/** On a device of its own, which has held nothing else. */
async function ownRow(
  task: TrainingStepTask,
  name: string,
  inputs: Inputs,
  threads: number,
  { options }: Session,
): Promise<Row> {
  const backend = await openBackend(options.backend, threads);
  try {
    const trainer = makeTrainer(task, inputs, backend);
    for (let step = 0; step < stepsBefore; step++) trainer.step().dispose();
    await backend.idle();
    const bytes = backend.memory().peak;
    trainer.dispose();
    const program = trainingStepProgram(task, inputs, backend);
    const row = { suite: "memory", case: name, subject: "evenkeel", backend: backend.name, threads, bytes };
    return { ...row, ...(await timed(program, options.quick)) };
  } finally {
    await backend.close();
  }
}

async function peerRow(
  task: TrainingStepTask,
  name: string,
  inputs: Inputs,
  peer: PytorchSubject,
  { options }: Session,
): Promise<Row> {
  const { backend, threads } = peer;
  const row = { suite: "memory", case: name, subject: peer.name, backend, threads };
  const bytes = await peer.peakBytes(task, inputs);
  const program = await peer.prepare(task, inputs);
  return { ...row, bytes, ...(await timed(program, options.quick)) };
}

async function timed(program: Program, isQuick: boolean): Promise<Pick<Row, "milliseconds" | "spread">> {
  const [timing] = await measure([program], isQuick ? quickEffort : fullEffort);
  await program.dispose();
  if (timing instanceof Error) throw timing;
  return timing!;
}
