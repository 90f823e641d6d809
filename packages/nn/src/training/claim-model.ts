import { ArgumentError, RandomSource } from "@evenkeel/tensor";
import { isTrainedIn, listModules } from "../module/modes.ts";
import type { AnyModule, Module } from "../module/module.ts";
import { Buffer, Parameter } from "../module/variable.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";

/** Throws ArgumentError where nothing of the model is trainable. */
export function checkTrainable(where: string, model: AnyModule): void {
  for (const { trainable } of model.parameters()) if (trainable) return;
  throw new ArgumentError(
    `${where}: model: found no trainable parameter, expected at least one: call unfreeze() on what is to be trained`,
  );
}

/** What runs are training at this moment: models, optimizers, and the members of models that steps change. */
const inTraining = new WeakSet<object>();

/** Throws ArgumentError where another run changes the same values. Returns a function that releases them. */
export function claimModel(where: string, model: Module<never, unknown>, optimizer: Optimizer): () => void {
  const owned = [model, optimizer, ...listChangedMembers(model)];
  for (const value of owned) {
    if (!inTraining.has(value)) continue;
    const name = value === model ? "model" : value === optimizer ? "optimizer" : "model: part of it";
    throw new ArgumentError(`${where}: ${name}: another fit is training it; wait for it, or stop it`);
  }
  for (const value of owned) inTraining.add(value);
  return () => {
    for (const value of owned) inTraining.delete(value);
  };
}

/** What a step changes: trainable parameters, and buffers and random sources of modules in training mode. */
function* listChangedMembers(model: AnyModule): Generator<object> {
  for (const module of listModules(model)) {
    const isTraining = isTrainedIn(module, model);
    for (const [, member] of module.members()) {
      if (member instanceof Parameter) {
        if (member.trainable) yield member;
      } else if (member instanceof Buffer) {
        if (isTraining && !module.isFrozen) yield member;
      } else if (member instanceof RandomSource && isTraining) yield member;
    }
  }
}
