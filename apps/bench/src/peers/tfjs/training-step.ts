import type { Scalar, Tensor, Tensor2D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import type { TrainingStepTask } from "../../core/task.ts";
import { training } from "../../core/task.ts";
import { listBlocks } from "../resnet20.ts";
import { normalizeByBatch, toNhwc } from "./batch-norm.ts";
import type { Tfjs, TfjsInputs, TfjsRun } from "./tfjs-run.ts";

/** The models of the task, with the running statistics of every batch norm, and tfjs's own optimizer. */
export function makeTrainingStepRun(tf: Tfjs, { model }: TrainingStepTask, inputs: TfjsInputs): TfjsRun {
  const network = new Network(tf, inputs);
  const images = model === "mlp" ? inputs.images! : tf.transpose(inputs.images!, toNhwc);
  const labels = tf.oneHot(tf.cast(inputs.labels!, "int32"), training.classes);
  const optimizer = tf.train.momentum(training.learningRate, training.momentum);
  const forward = (): Tensor => (model === "mlp" ? network.perceptron(images) : network.resnet20(images));
  const step = (): Scalar =>
    optimizer.minimize(() => tf.losses.softmaxCrossEntropy(labels, forward()) as Scalar, true)!;
  return {
    once: () => ({ loss: step() }),
    results: async () => {
      const losses: number[] = [];
      for (let index = 0; index < training.checkedSteps; index++) {
        const loss = tf.tidy(step);
        losses.push((await loss.data())[0]!);
        loss.dispose();
      }
      const weight = (await network.lastWeight(model).data()) as Float32Array;
      return { losses: Float32Array.from(losses), weight: weight.slice() };
    },
    dispose: () => {
      optimizer.dispose();
      network.dispose();
      tf.dispose([images, labels]);
    },
  };
}

/** Layers over variables by PyTorch's names. */
class Network {
  private readonly tf: Tfjs;
  private readonly variables = new Map<string, Variable>();

  constructor(tf: Tfjs, inputs: TfjsInputs) {
    this.tf = tf;
    for (const [path, tensor] of Object.entries(inputs)) {
      const name = /^model\.(.*(?<!num_batches_tracked))$/.exec(path)?.[1];
      if (name === undefined) continue;
      const placed = tensor.rank === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor.clone();
      this.variables.set(name, tf.variable(placed, !/running_/.test(name)));
      placed.dispose();
    }
  }

  lastWeight(model: TrainingStepTask["model"]): Tensor {
    return this.variable(model === "mlp" ? "7.weight" : "fc.weight");
  }

  perceptron(images: Tensor): Tensor {
    const { tf } = this;
    let x: Tensor = tf.reshape(images, [images.shape[0]!, -1]);
    for (const layer of [1, 4]) {
      x = tf.matMul(x as Tensor2D, this.variable(`${layer}.weight`) as never, false, true);
      x = tf.relu(this.norm(x, String(layer + 1)));
    }
    return this.linear(x, "7");
  }

  resnet20(images: Tensor): Tensor {
    const { tf } = this;
    let x: Tensor = tf.relu(this.norm(this.convolve(images, "conv1", 1), "bn1"));
    for (const { path, stride, added } of listBlocks()) {
      const inner = tf.relu(this.norm(this.convolve(x, `${path}.conv1`, stride), `${path}.bn1`));
      const y = this.norm(this.convolve(inner, `${path}.conv2`, 1), `${path}.bn2`);
      x = tf.relu(tf.add(y, this.shortcut(x, stride, added)));
    }
    return this.linear(tf.mean(x, [1, 2]), "fc");
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
  }

  private variable(name: string): Variable {
    return this.variables.get(name)!;
  }

  private linear(x: Tensor, path: string): Tensor {
    const product = this.tf.matMul(x as Tensor2D, this.variable(`${path}.weight`) as never, false, true);
    return this.tf.add(product, this.variable(`${path}.bias`));
  }

  private convolve(x: Tensor, path: string, stride: number): Tensor {
    return this.tf.conv2d(x as Tensor4D, this.variable(`${path}.weight`) as never, stride, 1);
  }

  private norm(x: Tensor, path: string): Tensor {
    const { tf } = this;
    const { y, mean, variance } = normalizeByBatch(
      tf,
      x,
      this.variable(`${path}.weight`),
      this.variable(`${path}.bias`),
    );
    const count = x.size / mean.size;
    const update = (name: string, fresh: Tensor): void => {
      const old = this.variable(`${path}.${name}`);
      old.assign(tf.add(tf.mul(old, 0.9), tf.mul(fresh, 0.1)));
    };
    update("running_mean", mean);
    update("running_var", tf.mul(variance, count / (count - 1)));
    return y;
  }

  private shortcut(x: Tensor, stride: number, added: number): Tensor {
    const { tf } = this;
    if (stride === 1 && added === 0) return x;
    // A strided slice has no gradient in tfjs; the mean of single pixels has.
    const picked = tf.avgPool(x as Tensor4D, 1, stride, "valid");
    return tf.pad(picked, [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, added],
    ]);
  }
}
