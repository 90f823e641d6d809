import type { Tensor } from "@evenkeel/tensor";
import { expectTypeOf } from "vitest";
import type { Batches, ImageBatch, StreamBatches } from "../src/index.ts";
import { batches, defaultCollate, padCollate } from "../src/index.ts";
import { images } from "./read-batches.ts";

// This function is not called: the compiler checks it.

/** Batches have types that follow the source. */
export function typesOfSources(): void {
  const options = { batchSize: 5 };
  interface Example {
    readonly inputs: Float32Array;
    readonly labels: number;
  }
  const example: Example = { inputs: Float32Array.of(1), labels: 2 };
  type ExampleBatch = { readonly inputs: Tensor; readonly labels: Tensor };
  expectTypeOf(batches(images, options)).toEqualTypeOf<Batches<ImageBatch>>();
  expectTypeOf(batches(Float32Array.of(1), options)).toEqualTypeOf<Batches<Tensor>>();
  expectTypeOf(batches([example], options)).toEqualTypeOf<Batches<ExampleBatch>>();
  expectTypeOf(batches({ length: 1, get: async () => example }, options)).toEqualTypeOf<
    Batches<ExampleBatch>
  >();
  expectTypeOf(batches(() => [example], options)).toEqualTypeOf<StreamBatches<ExampleBatch>>();
  expectTypeOf(
    batches({ inputs: { image: { data: Float32Array.of(1), shape: [1] } }, labels: [[1]] }, options),
  ).toEqualTypeOf<Batches<{ readonly inputs: { readonly image: Tensor }; readonly labels: Tensor }>>();
  expectTypeOf(batches([{ name: "a", size: 1 }], options)).toEqualTypeOf<
    Batches<{ readonly name: readonly string[]; readonly size: Tensor }>
  >();
  interface PaddedBatch {
    readonly values: Tensor;
    readonly mask: Tensor;
    readonly lengths: Tensor;
  }
  const inputs = padCollate({ multipleOf: 8 });
  expectTypeOf(
    batches([example], { ...options, collate: { inputs }, dtypes: { inputs: { values: "i32" } } }),
  ).toEqualTypeOf<Batches<{ readonly inputs: PaddedBatch; readonly labels: Tensor }>>();
  expectTypeOf(
    batches(() => [example], { ...options, collate: { inputs: padCollate({ unmasked: true }) } }),
  ).toEqualTypeOf<StreamBatches<ExampleBatch>>();
  const counted = batches([example], {
    ...options,
    collate: (examples) => ({ labels: examples.map(({ labels }) => labels), names: ["a"] }),
  });
  expectTypeOf(counted).toEqualTypeOf<Batches<{ readonly labels: Tensor; readonly names: string[] }>>();
  // @ts-expect-error: the name of a part
  void batches([example], { ...options, collate: { input: defaultCollate } });
}
