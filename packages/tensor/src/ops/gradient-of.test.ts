import { expect, test } from "vitest";
import { scope } from "../core/memory/scope.ts";
import { Tensor, TensorStorage } from "../core/memory/tensor.ts";
import type { DType } from "../expression/dtype.ts";
import { RecordingBackend } from "../testing/recording-backend.ts";
import { castOp } from "./elementwise/cast.ts";
import { findGradient } from "./gradient-of.ts";

const dtypes: readonly DType[] = ["f16", "f32"];

test.each(dtypes.flatMap((from) => dtypes.map((to) => [from, to] as const)))(
  "the gradient of a cast from %s to %s is stored as its input",
  (from, to) => {
    const backend = new RecordingBackend();
    const [input, output] = [from, to].map((dtype) => ({ shape: [3], dtype }));
    scope(() => {
      const given = new Tensor(new TensorStorage(backend, 12), output!);
      const [gradient] = findGradient(castOp, [input], { dtype: to })!.apply({
        inputs: [undefined],
        outputs: [undefined],
        inputSpecs: [input],
        outputSpecs: [output!],
        outputGradients: [given],
        needed: [true],
        attrs: { dtype: to },
        scalars: [],
      });
      expect(gradient!.dtype).toBe(from);
      expect(backend.launches.length).toBe(from === to ? 0 : 1);
    });
  },
);
