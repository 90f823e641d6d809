import {
  type Backend,
  bindLaunch,
  findPlanner,
  type Launch,
  makeView,
  relu,
  zerosLike,
} from "@evenkeel/tensor";
import { reluOp } from "@evenkeel/tensor/ops";
import type { Program } from "../core/subject.ts";
import type { ReluQueueTask } from "../core/task.ts";
import type { Tensors } from "./call.ts";
import { readResults, timeOnDevice } from "./call.ts";

/** A queue of small launches: measures the cost of a launch in the device or through the public function. */
export function makeReluQueueProgram(task: ReluQueueTask, inputs: Tensors, backend: Backend): Program {
  const { launches, through } = task;
  const x = inputs.x!;
  const y = zerosLike(x);
  const launch = makeReluLaunch(inputs, { y }, backend);
  const once = {
    device: () => backend.launch(launch),
    function: () => relu(x).dispose(),
  }[through];
  return {
    results: () => {
      backend.launch(launch);
      return readResults({ y: through === "device" ? relu(y) : relu(x) });
    },
    time: (repetitions) => timeOnDevice(backend, repetitions * launches, once),
    dispose: () => {
      x.dispose();
      y.dispose();
    },
  };
}

/** The launch that `relu` passes to the device, with bound buffers. */
function makeReluLaunch({ x }: Tensors, { y }: Tensors, backend: Backend): Launch {
  const plan = findPlanner(reluOp, backend)!([x], {}, backend.limits, [false]);
  return bindLaunch(plan.launches[0]!, (slot) => makeView("input" in slot ? x! : y!), []);
}
