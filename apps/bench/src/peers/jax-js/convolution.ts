import type { Array as JaxArray } from "@jax-js/jax";
import type { ConvolutionTask } from "../../core/task.ts";
import type { Jax, JaxArrays, JaxRun } from "./jax-run.ts";

/** A single pass of a convolution. Gradients use `vjp`; `jit` removes its unused forward pass. */
export function makeConvolutionRun(jax: Jax, task: ConvolutionTask, inputs: JaxArrays): JaxRun {
  const { pass, filters, taps } = task;
  const side = (taps - 1) / 2;
  const convolve = (x: JaxArray, weight: JaxArray): JaxArray =>
    jax.lax.convGeneralDilated(
      x,
      weight,
      [1, 1],
      [
        [side, side],
        [side, side],
      ],
    );
  const gradient = (of: (x: JaxArray) => JaxArray, at: readonly number[], dy: JaxArray): JaxArray => {
    const [y, pullback] = jax.vjp(of, [jax.numpy.zeros([...at])]);
    y.dispose();
    const [result] = pullback(dy) as unknown as [JaxArray];
    pullback.dispose();
    return result;
  };
  const passes = {
    forward: jax.jit((x: JaxArray, weight: JaxArray) => ({ y: convolve(x, weight) })),
    "input-gradient": jax.jit((weight: JaxArray, dy: JaxArray) => ({
      dx: gradient((x) => convolve(x, weight), task.image, dy),
    })),
    "filter-gradient": jax.jit((x: JaxArray, dy: JaxArray) => ({
      dWeight: gradient((weight) => convolve(x, weight), [filters, task.image[1], taps, taps], dy),
    })),
  };
  const operands = {
    forward: ["x", "weight"],
    "input-gradient": ["weight", "dy"],
    "filter-gradient": ["x", "dy"],
  }[pass];
  const compiled = passes[pass] as (a: JaxArray, b: JaxArray) => JaxArrays;
  return {
    once: () => compiled(inputs[operands[0]!]!.ref, inputs[operands[1]!]!.ref),
    dispose: () => {
      for (const each of Object.values(passes)) each.dispose();
    },
  };
}
