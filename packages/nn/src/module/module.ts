import type { Backend, Tensor } from "@evenkeel/tensor";
import { RandomSource } from "@evenkeel/tensor";
import { checkOptions, yesOrNo } from "@evenkeel/tensor/checks";
import { describeModel } from "./describe-model.ts";
import type { LoadOptions, LoadReport, StateSource } from "./load-state-dict.ts";
import { loadStateDict } from "./load-state-dict.ts";
import type { Member } from "./member.ts";
import { isModule } from "./member.ts";
import { moveTo } from "./move.ts";
import type { StateDict } from "./state-dict.ts";
import { makeStateDict } from "./state-dict.ts";
import { Buffer, Parameter } from "./variable.ts";
import { findMembers, walkMembers } from "./walk.ts";

/** Any module, whatever its inputs and outputs. */
// biome-ignore lint/suspicious/noExplicitAny: arguments of `forward` are contravariant
export type AnyModule = Module<any, any>;

/**
 * The base of layers and models. Parameters, buffers and inner modules are found in its own properties, in the order of
 * their declaration, and in arrays and plain objects there; names in saved state are the paths to them:
 * `layer1.0.conv1.weight`.
 *
 * @example
 * class Net extends Module {
 *   hidden = new Linear(784, 100);
 *   output = new Linear(100, 10);
 *   forward(x: Tensor): Tensor { return this.output.forward(relu(this.hidden.forward(x))); }
 * }
 */
export abstract class Module<Inputs extends readonly unknown[] = [x: Tensor], Output = Tensor> {
  /** Whether layers that differ between training and evaluation behave as in training; see `train` and `eval`. */
  isTraining = true;
  /** Whether `freeze` was called: parameters are not trained and running statistics stay as they are. */
  isFrozen = false;

  abstract forward(...inputs: Inputs): Output;

  /** A short description for errors and summaries: `Linear 100 -> 10`. Default: the name of its class. */
  describe(): string {
    return this.constructor.name;
  }

  /**
   * The tree of modules, one per line: its name, its description, and the number of its parameters, including frozen ones.
   * `console.log(model)` shows it in Node.
   */
  toString(): string {
    return describeModel(this);
  }

  static {
    Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: AnyModule) {
        try {
          return this.toString();
        } catch (error) {
          // A model with a fault is printed to find out what it is.
          return `${this.describe()}: ${error}`;
        }
      },
    });
  }

  /**
   * The direct members with their names, such as `weight`, `layers.0.1`, `parts.first`: those in properties, and in arrays and
   * plain objects there, at any depth. Containers override it to choose other names. It makes no difference whether a property is
   * `private`; what a module holds without owning it stands in an `Unowned`. JavaScript shows `#private` fields to no other code:
   * what only they hold cannot be found, trained or saved, so modules have none.
   */
  *members(): Generator<[name: string, member: Member]> {
    yield* findMembers(this);
  }

  /**
   * Every member at any depth, with its path; a shared member is returned once for each of its paths. Throws ArgumentError where
   * a module contains itself, two members have one path, or only a Map, a Set or an object of another class holds a member.
   */
  *namedMembers(): Generator<[path: string, member: Member]> {
    yield* walkMembers(this, Module.prototype.members);
  }

  /** This module and all inner ones, each once, under its first path. */
  namedModules(): Generator<[path: string, module: AnyModule]> {
    return selectDistinct(withSelf(this), (member): member is AnyModule => isModule(member));
  }

  namedParameters(): Generator<[path: string, parameter: Parameter]> {
    return selectDistinct(this.namedMembers(), (member) => member instanceof Parameter);
  }

  namedBuffers(): Generator<[path: string, buffer: Buffer]> {
    return selectDistinct(this.namedMembers(), (member) => member instanceof Buffer);
  }

  namedRandomSources(): Generator<[path: string, source: RandomSource]> {
    return selectDistinct(this.namedMembers(), (member) => member instanceof RandomSource);
  }

  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /** The number of trainable values; with `trainableOnly: false`, of frozen ones too. */
  countParameters(options: { readonly trainableOnly?: boolean } = {}): number {
    checkOptions("countParameters", options, { trainableOnly: yesOrNo });
    let count = 0;
    for (const { value, trainable } of this.parameters()) {
      if (trainable || options.trainableOnly === false) count += value.size;
    }
    return count;
  }

  /**
   * Switches this module and every inner one to training mode. `fit` and `evaluate` run a model in the mode that they need and
   * restore its own; a module whose mode differs from the model's keeps it.
   */
  train(isTraining = true): this {
    for (const [, module] of this.namedModules()) module.isTraining = isTraining;
    return this;
  }

  /**
   * Switches this module and every inner one to evaluation mode: running statistics, no dropout. Called on a part of a model,
   * it lasts through `fit` (see `train`), which still trains scale and shift of its norms; `freeze` stops that too.
   *
   * @example model.features.eval(); // the norms inside keep their running statistics while fit trains the model
   */
  eval(): this {
    return this.train(false);
  }

  /**
   * Stops the training of every parameter inside, and the updates of running statistics: batch norm then behaves as in
   * evaluation mode, whatever its own mode.
   */
  freeze(isFrozen = true): this {
    for (const [, module] of this.namedModules()) module.isFrozen = isFrozen;
    for (const parameter of this.parameters()) parameter.trainable = !isFrozen;
    return this;
  }

  unfreeze(): this {
    return this.freeze(false);
  }

  /**
   * Every parameter, buffer and counter under PyTorch's names. The tensors are new handles that belong to the caller; they
   * share the model's memory.
   */
  stateDict(): StateDict {
    return makeStateDict(this);
  }

  /**
   * Copies saved values into the model. Everything is checked before the first value changes. A strict load sets counters that
   * the state lacks, as older files do, to 0. For a parameter with several names one is enough; `except` leaves a part of the
   * model as it is.
   *
   * @throws StateDictError that lists what is missing, unexpected, or of another shape or dtype
   * @example model.loadStateDict(readSafetensors(bytes).tensors);
   */
  loadStateDict(state: StateSource, options: LoadOptions = {}): LoadReport {
    return loadStateDict(this, state, options);
  }

  /**
   * Moves every parameter and buffer to another backend, through host memory: all of them, or none where one does not fit.
   * Await it before the model is used again. The state of an optimizer is not moved: make a new optimizer, or take its
   * `readStateArrays` before and call `loadState` afterwards; otherwise its next step throws BackendError. Throws ArgumentError for
   * anything but an open backend.
   *
   * @example await model.to(backend);
   */
  async to(backend: Backend): Promise<this> {
    await moveTo(this, backend);
    return this;
  }

  /** Gives back the memory of every parameter and buffer. */
  dispose(): void {
    for (const parameter of this.parameters()) parameter.dispose();
    for (const [, buffer] of this.namedBuffers()) buffer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function* withSelf(module: AnyModule): Generator<[string, Member]> {
  yield ["", module];
  yield* module.namedMembers();
}

function* selectDistinct<Kind extends Member>(
  members: Iterable<[string, Member]>,
  isKind: (member: Member) => member is Kind,
): Generator<[string, Kind]> {
  const seen = new Set<Member>();
  for (const [path, member] of members) {
    if (!isKind(member) || seen.has(member)) continue;
    seen.add(member);
    yield [path, member];
  }
}
