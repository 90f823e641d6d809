import type { Array as JaxArray } from "@jax-js/jax";
import type { BatchNormTask } from "../../core/task.ts";
import type { Jax, JaxArrays, JaxRun } from "./jax-run.ts";

interface Normalized {
  readonly y: JaxArray;
  readonly mean: JaxArray;
  /** The biased variance. */
  readonly variance: JaxArray;
}

/** Normalizes by the statistics of the batch, composed of operations. Consumes its arguments. */
export function normalizeByBatch(jax: Jax, x: JaxArray, scale: JaxArray, shift: JaxArray): Normalized {
  const { numpy } = jax;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  const ofChannels = x.shape.map((size, axis) => (axis === 1 ? size : 1));
  const mean = numpy.mean(x.ref, axes, { keepdims: true });
  const centred = x.sub(mean.ref);
  const variance = numpy.mean(numpy.square(centred.ref), axes, { keepdims: true });
  const inverseStd = numpy.reciprocal(numpy.sqrt(variance.ref.add(1e-5)));
  const factor = inverseStd.mul(scale.reshape(ofChannels));
  return {
    y: centred.mul(factor).add(shift.reshape(ofChannels)),
    mean: mean.reshape([-1]),
    variance: variance.reshape([-1]),
  };
}

/** The running statistic after a batch. Consumes its arguments. */
export const running = (old: JaxArray, fresh: JaxArray, factor: number): JaxArray =>
  old.mul(0.9).add(fresh.mul(0.1 * factor));

export function makeBatchNormRun(jax: Jax, task: BatchNormTask, inputs: JaxArrays): JaxRun {
  const { shape, pass, epilogue } = task;
  const count = shape.reduce((product, size) => product * size, 1) / shape[1]!;
  const forward = (
    [x, scale, shift, residual]: JaxArray[],
    statistics: JaxArray[],
  ): [JaxArray, JaxArrays] => {
    const { y, mean, variance } = normalizeByBatch(jax, x!, scale!, shift!);
    const sum = residual === undefined ? y : y.add(residual);
    return [
      epilogue === "none" ? sum : jax.nn.relu(sum),
      {
        runningMean: running(statistics[0]!, mean, 1),
        runningVariance: running(statistics[1]!, variance, count / (count - 1)),
      },
    ];
  };
  const forwardBackward = (leaves: JaxArray[], statistics: JaxArray[], dy: JaxArray): JaxArrays => {
    const [y, pullback, aux] = jax.vjp(
      (leaves: JaxArray[]): [JaxArray, JaxArrays] => forward(leaves, statistics),
      [leaves],
      { hasAux: true },
    );
    const [gradients] = pullback(dy) as unknown as [JaxArray[]];
    pullback.dispose();
    const names = ["dx", "dScale", "dShift", "dResidual"];
    const named = Object.fromEntries(gradients.map((gradient, index) => [names[index], gradient]));
    return { y, ...named, ...aux };
  };
  const compiled = jax.jit((leaves: JaxArray[], statistics: JaxArray[], dy: JaxArray[]): JaxArrays => {
    if (pass === "forward-backward") return forwardBackward(leaves, statistics, dy[0]!);
    const [y, aux] = forward(leaves, statistics);
    return { y, ...aux };
  });
  const references = (...names: string[]): JaxArray[] =>
    names.flatMap((name) => (inputs[name] === undefined ? [] : [inputs[name].ref]));
  return {
    once: () =>
      compiled(
        references("x", "scale", "shift", "residual"),
        references("runningMean", "runningVariance"),
        references("dy"),
      ) as JaxArrays,
    dispose: compiled.dispose,
  };
}
