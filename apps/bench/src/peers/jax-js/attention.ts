import type { Array as JaxArray } from "@jax-js/jax";
import type { AttentionTask, MaskedSoftmaxTask } from "../../core/task.ts";
import type { Jax, JaxArrays, JaxRun } from "./jax-run.ts";

/** Composed of operations; the library has none for it. */
export function makeMaskedSoftmaxRun(jax: Jax, task: MaskedSoftmaxTask, inputs: JaxArrays): JaxRun {
  const { numpy, nn } = jax;
  const forward = (x: JaxArray, mask: JaxArray): JaxArray =>
    nn.softmax(numpy.where(numpy.greater(mask, 0), x.mul(task.scale), Number.NEGATIVE_INFINITY), -1);
  const both = (x: JaxArray, mask: JaxArray, dy: JaxArray): JaxArrays => {
    const [y, pullback] = jax.vjp((x: JaxArray) => forward(x, mask), [x]);
    const [dx] = pullback(dy) as unknown as [JaxArray];
    pullback.dispose();
    return { y, dx };
  };
  const compiled = jax.jit(
    (x: JaxArray, mask: JaxArray, dy: JaxArray[]): JaxArrays =>
      dy.length === 0 ? { y: forward(x, mask) } : both(x, mask, dy[0]!),
  );
  const { x, mask, dy } = inputs;
  return {
    once: () => compiled(x!.ref, mask!.ref, dy === undefined ? [] : [dy.ref]) as JaxArrays,
    dispose: compiled.dispose,
  };
}

const prefix = "model.";

/** The library's attention between the projections, by the gradient of the sum of dy y. */
export function makeAttentionRun(jax: Jax, task: AttentionTask, inputs: JaxArrays): JaxRun {
  const { numpy, nn } = jax;
  const { batch, length, width, heads } = task;
  const linear = (x: JaxArray, weight: JaxArray, bias: JaxArray): JaxArray =>
    numpy.matmul(x, weight.transpose()).add(bias);
  const forward = ({ x, ...model }: JaxArrays): JaxArray => {
    const projected = linear(
      x!.reshape([batch * length, width]),
      model["model.in_proj_weight"]!,
      model["model.in_proj_bias"]!,
    ).reshape([batch, length, 3, heads, width / heads]);
    const [query, key, value] = [0, 1, 2].map((part) => projected.ref.slice([], [], part));
    projected.dispose();
    const attended = nn.dotProductAttention(query!, key!, value!).reshape([batch * length, width]);
    const y = linear(attended, model["model.out_proj.weight"]!, model["model.out_proj.bias"]!);
    return y.reshape([batch, length, width]);
  };
  const compiled = jax.jit((leaves: JaxArrays, dy: JaxArray): JaxArrays => {
    const computeLoss = (leaves: JaxArrays): [JaxArray, JaxArray] => {
      const y = forward(leaves);
      return [y.ref.mul(dy).sum(), y];
    };
    const [[loss, y], gradients] = jax.valueAndGrad(computeLoss, { hasAux: true })(
      leaves as never,
    ) as unknown as [[JaxArray, JaxArray], JaxArrays];
    loss.dispose();
    const named = Object.entries(gradients).map(([name, gradient]) => [
      name === "x" ? "dx" : `gradient ${name.slice(prefix.length)}`,
      gradient,
    ]);
    return { y, ...Object.fromEntries(named) };
  });
  const { dy, ...leaves } = inputs;
  return {
    once: () => compiled(jax.tree.ref(leaves) as never, dy!.ref) as JaxArrays,
    dispose: compiled.dispose,
  };
}
