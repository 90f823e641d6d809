import type { Array as JaxArray } from "@jax-js/jax";
import type { Inputs, TrainingStepTask } from "../../core/task.ts";
import { training } from "../../core/task.ts";
import { listBlocks } from "../resnet20.ts";
import { normalizeByBatch, running } from "./batch-norm.ts";
import type { Jax, JaxArrays, JaxRun } from "./jax-run.ts";

type Values = { [name: string]: JaxArray };

/** The state that changes from step to step, by PyTorch's names. */
interface State {
  readonly parameters: Values;
  readonly velocities: Values;
  readonly statistics: Values;
}

/** The whole step, including the update, is one function under `jit`. */
export function makeTrainingStepRun(
  jax: Jax,
  { model }: TrainingStepTask,
  inputs: Inputs,
  arrays: JaxArrays,
): JaxRun {
  const labels = jax.nn.oneHot(arrays.labels!.ref, training.classes);
  const step = jax.jit(
    (parameters: Values, velocities: Values, statistics: Values, images: JaxArray, labels: JaxArray) => {
      const computeLoss = (parameters: Values): [JaxArray, Values] => {
        const network = new Network(jax, parameters, statistics);
        const logits = model === "mlp" ? network.perceptron(images) : network.resnet20(images);
        const picked = jax.nn.logSoftmax(logits).mul(labels);
        network.dispose();
        return [picked.sum().mul(-1 / images.shape[0]!), network.next];
      };
      const [[loss, next], gradients] = jax.valueAndGrad(computeLoss, { hasAux: true })(
        jax.tree.ref(parameters),
      ) as unknown as [[JaxArray, Values], Values];
      return { loss, statistics: next, ...update(parameters, velocities, gradients) };
    },
  );
  let state = makeInitialState(jax, inputs, arrays);
  const once = (): JaxArrays => {
    const { loss, ...next } = step(
      state.parameters,
      state.velocities,
      state.statistics,
      arrays.images!.ref,
      labels.ref,
    ) as unknown as State & { readonly loss: JaxArray };
    state = next;
    // The whole state, so that waiting for the results also waits for the update.
    return { loss, ...addPrefix("parameter ", jax.tree.ref(state.parameters)) };
  };
  return {
    once,
    results: async () => {
      const losses: number[] = [];
      for (let index = 0; index < training.checkedSteps; index++) {
        const { loss, ...rest } = once();
        losses.push(((await loss!.data()) as Float32Array)[0]!);
        jax.tree.dispose(rest);
      }
      const weight = state.parameters[model === "mlp" ? "7.weight" : "fc.weight"]!;
      return {
        losses: Float32Array.from(losses),
        weight: Float32Array.from((await weight.ref.data()) as Float32Array),
      };
    },
    dispose: () => {
      jax.tree.dispose(state as never);
      labels.dispose();
      step.dispose();
    },
  };
}

const addPrefix = (prefix: string, values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));

function makeInitialState(jax: Jax, inputs: Inputs, arrays: JaxArrays): State {
  const state: State = { parameters: {}, velocities: {}, statistics: {} };
  for (const [path, array] of Object.entries(arrays)) {
    const name = /^model\.(.*(?<!num_batches_tracked))$/.exec(path)?.[1];
    if (name === undefined) continue;
    if (/running_/.test(name)) {
      state.statistics[name] = array.ref;
    } else {
      state.parameters[name] = array.ref;
      state.velocities[name] = jax.numpy.zeros([...inputs[path]!.shape]);
    }
  }
  return state;
}

/** SGD with momentum, as in PyTorch. Consumes its arguments. */
function update(parameters: Values, velocities: Values, gradients: Values): Omit<State, "statistics"> {
  const next = { parameters: {} as Values, velocities: {} as Values };
  for (const [name, gradient] of Object.entries(gradients)) {
    const velocity = velocities[name]!.mul(training.momentum).add(gradient);
    next.parameters[name] = parameters[name]!.sub(velocity.ref.mul(training.learningRate));
    next.velocities[name] = velocity;
  }
  return next;
}

/** Layers over arrays by PyTorch's names. */
class Network {
  /** The running statistics after this batch. */
  readonly next: Values = {};
  private readonly jax: Jax;
  private readonly parameters: Values;
  private readonly statistics: Values;

  constructor(jax: Jax, parameters: Values, statistics: Values) {
    this.jax = jax;
    this.parameters = parameters;
    this.statistics = statistics;
  }

  perceptron(images: JaxArray): JaxArray {
    let x = images.reshape([images.shape[0]!, -1]);
    for (const layer of [1, 4]) {
      x = this.jax.numpy.matmul(x, this.parameter(`${layer}.weight`).transpose());
      x = this.jax.nn.relu(this.norm(x, String(layer + 1)));
    }
    return this.linear(x, "7");
  }

  resnet20(images: JaxArray): JaxArray {
    const { nn } = this.jax;
    let x = nn.relu(this.norm(this.convolve(images, "conv1", 1), "bn1"));
    for (const { path, stride, added } of listBlocks()) {
      const inner = nn.relu(this.norm(this.convolve(x.ref, `${path}.conv1`, stride), `${path}.bn1`));
      const y = this.norm(this.convolve(inner, `${path}.conv2`, 1), `${path}.bn2`);
      x = nn.relu(y.add(this.shortcut(x, stride, added)));
    }
    return this.linear(this.jax.numpy.mean(x, [2, 3]), "fc");
  }

  /** Releases the parameters; every use took a reference. */
  dispose(): void {
    this.jax.tree.dispose(this.parameters);
  }

  private parameter(name: string): JaxArray {
    return this.parameters[name]!.ref;
  }

  private linear(x: JaxArray, path: string): JaxArray {
    const product = this.jax.numpy.matmul(x, this.parameter(`${path}.weight`).transpose());
    return product.add(this.parameter(`${path}.bias`));
  }

  private convolve(x: JaxArray, path: string, stride: number): JaxArray {
    const weight = this.parameter(`${path}.weight`);
    const padding: [number, number][] = [
      [1, 1],
      [1, 1],
    ];
    return this.jax.lax.convGeneralDilated(x, weight, [stride, stride], padding);
  }

  private norm(x: JaxArray, path: string): JaxArray {
    const count = x.size / x.shape[1]!;
    const [scale, shift] = [this.parameter(`${path}.weight`), this.parameter(`${path}.bias`)];
    const { y, mean, variance } = normalizeByBatch(this.jax, x, scale, shift);
    const update = (name: string, fresh: JaxArray, factor: number): void => {
      this.next[`${path}.${name}`] = running(this.statistics[`${path}.${name}`]!, fresh, factor);
    };
    update("running_mean", mean, 1);
    update("running_var", variance, count / (count - 1));
    return y;
  }

  /** jax-js has no strided slices, so pixels are split in pairs and the first of each pair is used. */
  private shortcut(x: JaxArray, stride: number, added: number): JaxArray {
    if (stride === 1 && added === 0) return x;
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const pairs = x.reshape([n, c, h / stride, stride, w / stride, stride]);
    const picked = pairs.slice([], [], [], 0, [], 0);
    return this.jax.numpy.pad(picked, { 1: [0, added] });
  }
}
