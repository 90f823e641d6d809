import type { Tensor } from "@tensorflow/tfjs-core";
import type { Results } from "../../core/task.ts";
import type { Tfjs, TfjsRun } from "./tfjs-run.ts";

/** The results of one repetition. */
export async function readAll(tf: Tfjs, run: TfjsRun): Promise<Results> {
  const tensors = tf.tidy(() => run.once()) as { readonly [name: string]: Tensor };
  const entries = Object.entries(tensors).map(async ([name, tensor]) => {
    const placed = run.read?.(tensor, name) ?? tensor;
    const data = (await placed.data()) as Float32Array;
    const copy = data.slice();
    tf.dispose([placed, tensor]);
    return [name, copy] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
