import { readStateArrays } from "@evenkeel/nn";
import type { Backend } from "@evenkeel/tensor";
import { uniform } from "../core/inputs.ts";
import type { HostArray, Inputs, ModelTask } from "../core/task.ts";
import { buildAttention, buildRecurrent } from "./layer.ts";
import { buildNetwork } from "./network.ts";

/** Of the names of parameters and buffers among the inputs. */
const prefix = "model.";

/** The initial weights of all subjects; in inference with running statistics as after training. */
export async function readModelInputs(task: ModelTask, backend: Backend): Promise<Inputs> {
  const model =
    task.kind === "attention"
      ? buildAttention(task, backend)
      : task.kind === "recurrent"
        ? buildRecurrent(task, backend)
        : buildNetwork(task.model, backend);
  const state = await readStateArrays(model);
  model.dispose();
  const arrays = [...state].map(([name, { shape, data }], index): [string, HostArray] => {
    const drawn = task.kind === "inference" ? drawStatistic(name, shape, index) : undefined;
    const values = data instanceof Int32Array ? Int32Array.from(data) : Float32Array.from(data);
    return [prefix + name, drawn ?? { shape, data: values }];
  });
  return Object.fromEntries(arrays);
}

function drawStatistic(name: string, shape: readonly number[], index: number): HostArray | undefined {
  if (name.endsWith("running_mean")) return uniform(shape, 10 + index, -0.5, 0.5);
  return name.endsWith("running_var") ? uniform(shape, 10 + index, 0.5, 1.5) : undefined;
}

export const isOfModel = (name: string): boolean => name.startsWith(prefix);

/** The state of the model among the inputs of a task. */
export const listModelState = (inputs: Inputs): [name: string, array: HostArray][] =>
  Object.entries(inputs).flatMap(([name, array]) =>
    isOfModel(name) ? [[name.slice(prefix.length), array]] : [],
  );
