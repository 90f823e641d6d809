import type { Tensor } from "@evenkeel/tensor";
import { expectTypeOf } from "vitest";
import type { Batches, ImageBatch, StreamBatches } from "../src/index.ts";
import { batches } from "../src/index.ts";
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
}
