import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, DataError, full, StorageError, setDefaultBackend } from "@evenkeel/tensor";
import { readSafetensorsFile } from "@evenkeel/tensor/node";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { readSafetensors, writeSafetensors } from "@evenkeel/tensor/safetensors";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeCheckpoint } from "../checkpoints/checkpoint-file.ts";
import { encodeModel, loadModel } from "../checkpoints/model-file.ts";
import { Module } from "../module/module.ts";
import { readStateArrays } from "../module/state-dict.ts";
import { StateDictError } from "../module/state-dict-error.ts";
import { Counter, Parameter } from "../module/variable.ts";
import { load, save } from "./model-file.ts";

class Layer extends Module {
  weight: Parameter;
  batches: Counter = new Counter(3, { name: "num_batches_tracked" });

  constructor(size: number, value: number) {
    super();
    this.weight = new Parameter(full([size], value));
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

class Net extends Module {
  body: Layer;
  head: Layer;

  constructor(value: number, classes = 2) {
    super();
    this.body = new Layer(3, value);
    this.head = new Layer(classes, value);
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

class Tied extends Module {
  embedding: Layer;
  head: Layer;

  constructor(value: number) {
    super();
    this.embedding = new Layer(2, value);
    this.head = this.embedding;
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const weights = async (model: Module) =>
  [...(await readStateArrays(model))].map(([name, { data }]) => [name, ...data]);

let folder: string;
let path: string;

beforeEach(async () => {
  setDefaultBackend(new MemoryBackend({ launches: "evaluate" }));
  folder = await mkdtemp(join(tmpdir(), "model-"));
  path = join(folder, "deep", "model.safetensors");
});

afterEach(async () => {
  setDefaultBackend(undefined);
  await rm(folder, { recursive: true });
});

describe("a model that was saved", () => {
  test("is loaded with every value, and leaves no temporary file", async () => {
    const model = new Net(1.5);
    await save(model, path, { metadata: { classes: "cat,dog" } });
    expect(await readdir(join(folder, "deep"))).toEqual(["model.safetensors"]);
    expect((await readSafetensorsFile(path)).metadata).toEqual({ format: "pt", classes: "cat,dog" });
    const other = new Net(0);
    const report = await load(other, path);
    expect(report.loaded).toEqual([
      "body.weight",
      "body.num_batches_tracked",
      "head.weight",
      "head.num_batches_tracked",
    ]);
    expect(await weights(other)).toEqual(await weights(model));
  });

  test("with a head for other classes is loaded without the head", async () => {
    await save(new Net(1.5, 1000), path);
    const model = new Net(0, 2);
    await expect(load(model, path)).rejects.toThrow(StateDictError);
    await expect(load(model, path)).rejects.toThrow(
      `${path} does not fit the model.\nmismatched (1):\n  head.weight: found f32 [1000], expected f32 [2]`,
    );
    const report = await load(model, path, { except: "head" });
    expect(report.excepted).toEqual(["head.weight", "head.num_batches_tracked"]);
    expect((await weights(model)).flat().filter((value) => value === 1.5).length).toBe(3);
    await expect(load(model, path, { except: "classifier" })).rejects.toThrow(ArgumentError);
  });

  test("stores a shared parameter once, with its other name in the metadata", async () => {
    const model = new Tied(1.5);
    await save(model, path);
    const { tensors, metadata } = await readSafetensorsFile(path);
    expect([...tensors.keys()].sort()).toEqual(["embedding.num_batches_tracked", "embedding.weight"]);
    expect(metadata["head.weight"]).toBe("embedding.weight");
    const other = new Tied(0);
    await load(other, path);
    expect(await weights(other)).toEqual(await weights(model));
  });

  test("with shared parameters is loaded into a model that has two of them", async () => {
    await save(new Tied(1.5), path);
    class Untied extends Module {
      embedding: Layer = new Layer(2, 0);
      head: Layer = new Layer(2, 0);

      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const model = new Untied();
    await load(model, path);
    expect(await weights(model)).toEqual(await weights(new Tied(1.5)));
  });

  test("is loaded from a checkpoint of a run, whose checksum holds", async () => {
    const trained = new Net(2.5);
    const tensors = new Map<string, StoredArray>();
    for (const [name, array] of await readStateArrays(trained)) tensors.set(`model.${name}`, array);
    tensors.set("optimizer.body.weight.momentum", { dtype: "f32", shape: [1], data: Float32Array.of(9) });
    const bytes = encodeCheckpoint({ tensors, progress: { epoch: 3 } });
    await save(trained, path);
    await writeFile(path, bytes);
    const model = new Net(0);
    await load(model, path);
    expect(await weights(model)).toEqual(await weights(trained));
    bytes[bytes.length - 30]! ^= 1;
    await writeFile(path, bytes);
    await expect(load(model, path)).rejects.toThrow(DataError);
    await expect(load(model, path)).rejects.toThrow(`${path}: checkpoint: found checksum`);
  });
});

describe("errors name the file", () => {
  test("that does not exist or has another format", async () => {
    await expect(load(new Net(0), path)).rejects.toThrow(StorageError);
    await expect(load(new Net(0), path)).rejects.toThrow(`${path}: could not be read: there is no such file`);
    await save(new Net(0), path);
    await writeFile(path, "a page of HTML");
    await expect(load(new Net(0), path)).rejects.toThrow(DataError);
    await expect(load(new Net(0), path)).rejects.toThrow(`${path}: safetensors: found a header of`);
    await expect(save(new Net(0), join(path, "below"))).rejects.toThrow(StorageError);
    await expect(save(new Net(0), path, { metadata: { epoch: 3 } } as never)).rejects.toThrow(ArgumentError);
    await expect(save(new Net(0), path, { meta: {} } as never)).rejects.toThrow(ArgumentError);
  });

  test("that the user of a page has chosen is loaded, and named in errors", async () => {
    const model = new Net(1.5);
    const bytes = await encodeModel(model);
    const other = new Net(0);
    await loadModel(other, new File([bytes], "mine.safetensors"));
    expect(await weights(other)).toEqual(await weights(model));
    const cut = new File([bytes.subarray(0, 40)], "mine.safetensors");
    await expect(loadModel(other, cut)).rejects.toThrow("mine.safetensors: safetensors: ");
    const foreign = new File([await encodeModel(new Net(1, 7))], "mine.safetensors");
    await expect(loadModel(other, foreign)).rejects.toThrow("mine.safetensors does not fit the model.");
  });
});

describe("bytes of a model", () => {
  test("are loaded from an array or a Blob", async () => {
    const model = new Net(1.5);
    const bytes = await encodeModel(model);
    for (const source of [bytes, bytes.buffer, new Blob([bytes])]) {
      const other = new Net(0);
      await loadModel(other, source);
      expect(await weights(other)).toEqual(await weights(model));
    }
    await expect(loadModel(model, "model.safetensors" as never)).rejects.toThrow(ArgumentError);
  });

  test("of element types without a counterpart cause an error that names the type, and may be left out", async () => {
    const header = JSON.stringify({ weight: { dtype: "F4", shape: [2], data_offsets: [0, 1] } });
    const bytes = new Uint8Array(8 + header.length + 1);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    const layer = new Layer(2, 1);
    await expect(loadModel(layer, bytes)).rejects.toThrow("weight: found F4 [2], expected f32 [2]");
    expect((await loadModel(layer, bytes, { except: "weight" })).excepted).toEqual(["weight"]);
  });

  test("that are damaged are rejected or loaded completely", async () => {
    const model = new Net(1.5);
    const good = await encodeModel(model);
    const started = await weights(new Net(0));
    const damage = async (position: number, bit: number, length: number) => {
      const bytes = good.slice(0, length);
      bytes[position % length]! ^= 1 << bit;
      const other = new Net(0);
      try {
        await loadModel(other, bytes);
        const file = writeSafetensors(readSafetensors(bytes).tensors, { format: "pt" });
        expect(await encodeModel(other)).toEqual(file);
      } catch (error) {
        expect(error instanceof DataError || error instanceof StateDictError).toBe(true);
        expect(await weights(other)).toEqual(started);
      } finally {
        other.dispose();
      }
    };
    const lengths = fc.oneof(fc.constant(good.length), fc.integer({ min: 1, max: good.length }));
    await fc.assert(fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), lengths, damage), { numRuns: 300 });
  });
});
