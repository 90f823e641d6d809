import { drawInputs } from "../core/inputs.ts";
import { type Effort, fullEffort, measure, quickEffort, type Timing } from "../core/measure.ts";
import { makeUntimedRow, type Row, type RowStart } from "../core/rows.ts";
import type { Program, Subject } from "../core/subject.ts";
import type { Inputs, TrainingStepTask } from "../core/task.ts";
import { readModelInputs } from "../evenkeel/model-inputs.ts";
import { makeTrainer, makeTrainingStepProgram } from "../evenkeel/training-step.ts";
import type { BackendName } from "../options.ts";
import type { PytorchSubject } from "../peers/pytorch/pytorch.ts";
import { openBackend } from "../session/open-backend.ts";
import { isWanted, type Suite } from "./suite.ts";

/** The number of steps until the pool and the optimizer have allocated all their memory. */
const stepsBefore = 3;

/** `bytes` is the peak memory of a training step, including weights, images and optimizer state. */
export const memory: Suite = {
  name: "memory",
  run: async (session, report) => {
    const { options } = session;
    const task: TrainingStepTask = {
      kind: "training-step",
      model: "resnet20",
      batch: options.quick ? 4 : 128,
    };
    const name = `${task.model} b${task.batch}`;
    if (!isWanted(name, session)) return;
    const inputs = { ...drawInputs(task), ...(await readModelInputs(task, session.own[0]!.backend)) };
    const effort = options.quick ? quickEffort : fullEffort;
    const start = { suite: "memory", case: name };
    for (const { subject } of session.own) {
      const own = { ...start, subject: "evenkeel", backend: options.backend, threads: subject.threads };
      report([await measureRow(own, () => measureOwn(task, inputs, own, effort))]);
    }
    for (const peer of session.peers.filter(hasPeak)) {
      const row = { ...start, subject: peer.name, backend: peer.backend, threads: peer.threads };
      report([await measureRow(row, () => measurePeer(task, inputs, peer, effort))]);
    }
  },
};

const hasPeak = (peer: Subject): peer is PytorchSubject => "peakBytes" in peer;

async function measureRow(start: RowStart, measureIt: () => Promise<Measured>): Promise<Row> {
  try {
    return { ...start, ...(await measureIt()) };
  } catch (error) {
    return makeUntimedRow(start, error as Error);
  }
}

type Measured = Pick<Row, "bytes" | "milliseconds" | "spread">;

/** Runs on a fresh device that has not allocated anything else. */
async function measureOwn(
  task: TrainingStepTask,
  inputs: Inputs,
  { backend: name, threads }: RowStart,
  effort: Effort,
): Promise<Measured> {
  const backend = await openBackend(name as BackendName, threads);
  try {
    const trainer = makeTrainer(task, inputs, backend);
    for (let step = 0; step < stepsBefore; step++) trainer.step().dispose();
    await backend.idle();
    const bytes = backend.memory().peak;
    trainer.dispose();
    return { bytes, ...(await timeProgram(makeTrainingStepProgram(task, inputs, backend), effort)) };
  } finally {
    await backend.close();
  }
}

async function measurePeer(
  task: TrainingStepTask,
  inputs: Inputs,
  peer: PytorchSubject,
  effort: Effort,
): Promise<Measured> {
  const bytes = await peer.peakBytes(task, inputs);
  return { bytes, ...(await timeProgram(await peer.prepare(task, inputs), effort)) };
}

async function timeProgram(program: Program, effort: Effort): Promise<Timing> {
  const [timing] = await measure([program], effort);
  await program.dispose();
  if (timing instanceof Error) throw timing;
  return timing!;
}
