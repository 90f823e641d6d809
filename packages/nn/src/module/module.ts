import type { Backend, Tensor } from "@evenkeel/tensor";
import { checkOptions, yesOrNo } from "@evenkeel/tensor/checks";
import { RandomSource } from "../initializers/random-source.ts";
import type { LoadOptions, LoadReport, StateSource } from "./load-state-dict.ts";
import { loadStateDict } from "./load-state-dict.ts";
import { moveTo } from "./move.ts";
import type { StateDict } from "./state-dict.ts";
import { stateDictOf } from "./state-dict.ts";
import { summaryOf } from "./summary.ts";
import type { Counter } from "./variable.ts";
import { Buffer, Parameter } from "./variable.ts";
import { allMembers, ownMembers } from "./walk.ts";

/** What a module is made of: everything that training, saving and loading find by walking it. */
export type Member = AnyModule | Parameter | Buffer | Counter | RandomSource;

/** Any module, where what goes through it does not matter. */
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

  /** What it is, in few words: `Linear 100 -> 10`; errors and summaries say it. By default the name of its class. */
  describe(): string {
    return this.constructor.name;
  }

  /**
   * The tree of modules, a line each: its name, what it is, and how many parameters it has, frozen ones included.
   * `console.log(model)` shows it in Node.
   */
  toString(): string {
    return summaryOf(this);
  }

  static {
    Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: AnyModule) {
        try {
          return this.toString();
        } catch (error) {
          // A model that is not put together well is looked at to find out why.
          return `${this.describe()}: ${error}`;
        }
      },
    });
  }

  /**
   * The direct members with their names: what lies in properties, and in arrays and plain objects there at any depth, under
   * names such as `weight`, `layers.0.1`, `parts.first`. Containers override it to choose names of their own. What only a
   * `#private` field holds cannot be seen from outside of its class: it is no member, and is neither trained nor saved.
   */
  *members(): Generator<[name: string, member: Member]> {
    yield* ownMembers(this);
  }

  /**
   * Every member at any depth, with its path; a member that is shared comes once for each path. Throws ArgumentError where a
   * module contains itself, two members have one path, or a member lies in a Map, a Set or an object of another class and
   * nowhere else.
   */
  *namedMembers(): Generator<[path: string, member: Member]> {
    yield* allMembers(this);
  }

  /** This module and all inner ones; each once, under its first path. */
  namedModules(): Generator<[path: string, module: AnyModule]> {
    return distinct(withSelf(this), (member): member is AnyModule => member instanceof Module);
  }

  namedParameters(): Generator<[path: string, parameter: Parameter]> {
    return distinct(this.namedMembers(), (member) => member instanceof Parameter);
  }

  namedBuffers(): Generator<[path: string, buffer: Buffer]> {
    return distinct(this.namedMembers(), (member) => member instanceof Buffer);
  }

  namedRandomSources(): Generator<[path: string, source: RandomSource]> {
    return distinct(this.namedMembers(), (member) => member instanceof RandomSource);
  }

  *parameters(): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /** The number of trained values; `trainableOnly: false` counts frozen ones too. */
  parameterCount(options: { readonly trainableOnly?: boolean } = {}): number {
    checkOptions("parameterCount", options, { trainableOnly: yesOrNo });
    let count = 0;
    for (const { value, trainable } of this.parameters()) {
      if (trainable || options.trainableOnly === false) count += value.size;
    }
    return count;
  }

  /**
   * Switches to the behaviour in training, here and in every inner module. `fit` and `evaluate` run a model in the mode
   * that they need and put it back. What a layer was told by itself outlasts them: a module whose mode is not the model's
   * keeps it.
   */
  train(isTraining = true): this {
    for (const [, module] of this.namedModules()) module.isTraining = isTraining;
    return this;
  }

  /**
   * Switches to evaluation mode: running statistics, no dropout. `fit` and `evaluate` choose the mode of a model for each
   * forward pass, and a module inside whose own mode differs from the model's keeps it: `norm.eval()` lasts through training,
   * while its scale and shift are trained; `freeze` stops those too.
   *
   * @example model.features.eval(); // the norms inside keep their running statistics while fit trains the model
   */
  eval(): this {
    return this.train(false);
  }

  /**
   * Stops training of every parameter inside, and of running statistics: batch norm then behaves as in evaluation
   * mode, whatever its own.
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
    return stateDictOf(this);
  }

  /**
   * Copies saved values into the model. All of it is checked before the first value changes. A strict load sets counters
   * that older files lack to 0. A parameter with several names needs one of them; `except` leaves a part of the model as it is.
   *
   * @throws StateDictError that lists what is missing, unexpected, or of another shape or dtype
   * @example model.loadStateDict(readSafetensors(bytes).tensors);
   */
  loadStateDict(state: StateSource, options: LoadOptions = {}): LoadReport {
    return loadStateDict(this, state, options);
  }

  /**
   * Moves every parameter and buffer to another backend, through host memory: all of them, or none where one does not fit.
   * Wait for it before the model is used again. The state of an optimizer does not follow: make a new one, or hand over its
   * `stateArrays` by `loadState`; its next step is a BackendError otherwise. Throws ArgumentError for what is no open backend.
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

function* distinct<Kind extends Member>(
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
