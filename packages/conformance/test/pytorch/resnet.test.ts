import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@evenkeel/backend-cpu";
import { resnet18 } from "@evenkeel/models";
import { type Module, readStateArrays } from "@evenkeel/nn";
import { type Backend, scope, setDefaultBackend } from "@evenkeel/tensor";
import { readSafetensors, writeSafetensors } from "@evenkeel/tensor/safetensors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectClose, place, plainValues } from "./against-pytorch.ts";
import { askPytorch, type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const images = plainValues("images for ResNet-18", [2, 3, 64, 64]);

/**
 * 18 layers with sums of up to 4,608 terms. As for a training run, the tolerance is derived from the error of float32
 * PyTorch.
 */
function expectAsCloseAsPytorch(
  found: ArrayLike<number>,
  { float32, float64 }: { float32: PlainTensor; float64: PlainTensor },
): void {
  const scale = Math.max(...float64.data.map(Math.abs));
  const own = Math.max(...float64.data.map((value, index) => Math.abs(value - float32.data[index]!))) / scale;
  expectClose(found, float64, 3 * Math.max(own, 1e-6), "logits");
}

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: ResNet-18`, () => {
  let backend: Backend;
  let folder: string;
  beforeAll(async () => {
    backend = await cpu({ threads: 2 }).open();
    setDefaultBackend(backend);
    folder = mkdtempSync(join(tmpdir(), "evenkeel-resnet-"));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await backend.close();
  });

  async function computeLogits(model: Module): Promise<ArrayLike<number>> {
    model.eval();
    return scope(() => model.forward(place(images, backend))).data();
  }

  test("a state_dict of PyTorch loads strictly and gives the same logits", async () => {
    const save = join(folder, "pytorch.safetensors");
    const [answer] = askPytorch([{ task: "resnet18", inputs: images.data, shape: images.shape, save }]);
    const model = resnet18({ classes: 1000, seed: 1 });
    const report = model.loadStateDict(readSafetensors(readFileSync(save)).tensors);
    expect(report).toMatchObject({ excepted: [], missing: [], unexpected: [] });
    expectAsCloseAsPytorch(await computeLogits(model), answer);
  });

  test("our state dict loads strictly in PyTorch and gives the same logits", async () => {
    const load = join(folder, "ours.safetensors");
    const model = resnet18({ classes: 1000, seed: 1 });
    writeFileSync(load, writeSafetensors(await readStateArrays(model)));
    const [answer] = askPytorch([{ task: "resnet18", inputs: images.data, shape: images.shape, load }]);
    expectAsCloseAsPytorch(await computeLogits(model), answer);
  });
});
