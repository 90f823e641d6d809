import { valueAndGrad } from "@evenkeel/autodiff";
import { GRU, LSTM, MultiheadAttention, Parameter } from "@evenkeel/nn";
import { type Backend, mul, sum, type Tensor } from "@evenkeel/tensor";
import type { Program } from "../core/subject.ts";
import type { AttentionTask, RecurrentTask } from "../core/task.ts";
import { callProgram, type Tensors } from "./call.ts";

/** A layer, with weights that depend on nothing but the task. */
export function buildAttention({ width, heads }: AttentionTask, backend: Backend): MultiheadAttention {
  return new MultiheadAttention(width, heads, { batchFirst: true, seed: 1, backend });
}

export function buildRecurrent({ cell, inputs, size }: RecurrentTask, backend: Backend): LSTM | GRU {
  const weights = { seed: 1, backend };
  return cell === "lstm" ? new LSTM(inputs, size, weights) : new GRU(inputs, size, weights);
}

/** A layer forward and backward, by the gradient of the sum of dy y. */
export function makeLayerProgram(
  task: AttentionTask | RecurrentTask,
  { x, dy }: Tensors,
  backend: Backend,
): Program {
  const { layer, forward } =
    task.kind === "attention" ? makeAttention(task, backend) : makeRecurrent(task, backend);
  const input = new Parameter(x!);
  const names = [...layer.namedParameters()].map(([name]) => name);
  const differentiate = valueAndGrad(
    { parameters: () => [input, ...layer.parameters()] },
    (): [loss: Tensor, y: Tensor] => {
      const y = forward(input.value);
      return [sum(mul(y, dy!)), y];
    },
  );
  const call = (): Tensors => {
    const [, [dx, ...others], y] = differentiate();
    const gradients = others.map((gradient, index) => [`gradient ${names[index]}`, gradient]);
    return { y, dx: dx!, ...Object.fromEntries(gradients) };
  };
  return callProgram(call, { x: x!, dy: dy! }, backend, layer);
}

function makeAttention(task: AttentionTask, backend: Backend) {
  const layer = buildAttention(task, backend);
  const options = { needWeights: false };
  return { layer, forward: (x: Tensor): Tensor => layer.forward(x, x, x, options)[0] };
}

function makeRecurrent(task: RecurrentTask, backend: Backend) {
  const layer = buildRecurrent(task, backend);
  return { layer, forward: (x: Tensor): Tensor => layer.forward(x)[0] };
}
