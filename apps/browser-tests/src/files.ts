import { cpu } from "@evenkeel/backend-cpu";
import { mlp } from "@evenkeel/models";
import type { Module } from "@evenkeel/nn";
import { crossEntropy, encodeModel, fit, loadModel, SGD } from "@evenkeel/nn";
import { downloadModel, load, OpfsCheckpointStore, save } from "@evenkeel/nn/browser";
import type { Tensor } from "@evenkeel/tensor";
import { selectBackend, setDefaultBackend } from "@evenkeel/tensor";

const small = (seed: number, hidden = 4) => mlp({ inputs: 3, hidden: [hidden], classes: 2, seed });

async function onCpu<Result>(body: () => Promise<Result>): Promise<Result> {
  const backend = await selectBackend([cpu({ threads: 1 })]);
  try {
    return await body();
  } finally {
    setDefaultBackend(undefined);
    await backend.close();
  }
}

const areEqual = async (a: Module, b: Module): Promise<boolean> =>
  String(await encodeModel(a)) === String(await encodeModel(b));

const catchMessage = (failing: Promise<unknown>): Promise<string> =>
  failing.then(
    () => "no error",
    (error: Error) => error.message,
  );

function train(model: Module<[Tensor]>, store: OpfsCheckpointStore, epochs: number) {
  const data = () => [
    { inputs: { data: Float32Array.of(1, 2, 3, 3, 2, 1), shape: [2, 3] }, labels: Int32Array.of(0, 1) },
  ];
  const optimizer = new SGD(model, { learningRate: 0.1, momentum: 0.9 });
  return fit(model, { data, loss: crossEntropy, optimizer, epochs, checkpoint: { store }, resumed: true });
}

const path = "models/figures.safetensors";

/**
 * Saves and loads models and checkpoints in the origin private file system; resolves with the results that a test
 * expects.
 */
export const keepFiles = (): Promise<object> =>
  onCpu(async () => {
    const [model, copy] = [small(1), small(2)];
    await save(model, path);
    await load(copy, path);
    const isLoaded = await areEqual(model, copy);
    const store = new OpfsCheckpointStore("runs/two");
    await train(model, store, 1);
    await store.save("best", (await store.load("latest"))!);
    const names = await store.list();
    const resumed = small(3);
    await train(resumed, store, 2);
    await train(model, new OpfsCheckpointStore("runs/two"), 2);
    await load(copy, "runs/two/latest.safetensors");
    const isResumed = (await areEqual(resumed, model)) && (await areEqual(copy, model));
    await store.remove("latest");
    await store.remove("latest");
    const missing = await catchMessage(load(copy, "models/none.safetensors"));
    const misplaced = await catchMessage(save(copy, `${path}/x`));
    const outside = await catchMessage(save(copy, "../up"));
    const other = await catchMessage(load(small(1, 5), path));
    await new OpfsCheckpointStore("models").save("figures", Uint8Array.of(1));
    const damaged = await catchMessage(load(copy, path));
    return {
      isLoaded,
      isResumed,
      names,
      namesAfterRemoving: await store.list(),
      missing,
      misplaced,
      outside,
      damaged,
      other,
    };
  });

/** Claims a checkpoint and keeps the claim; resolves with the error's message if the claim is refused. */
export async function describeRefusal(folder: string): Promise<string | undefined> {
  try {
    await new OpfsCheckpointStore(folder).claim("latest");
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export const downloadFile = (name: string): Promise<void> => onCpu(() => downloadModel(small(1), name));

/** Loads the file that was chosen on the page; resolves with the result. */
export const chooseFile = (): Promise<string> =>
  onCpu(async () => {
    const { files } = document.getElementById("file") as HTMLInputElement;
    const model = small(2);
    const problem = await catchMessage(loadModel(model, files![0]!));
    if (problem !== "no error") return problem;
    return (await areEqual(model, small(1))) ? "loaded" : "other values";
  });
