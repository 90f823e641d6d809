import type { StateChange, Tensor } from "@evenkeel/tensor";
import { ArgumentError, DeviceError, scope } from "@evenkeel/tensor";
import { checkOptions, checkValue, nonNegative } from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import type { Parameter } from "../module/variable.ts";
import { Arena, makeTogether } from "./arena.ts";
import { listArenaMembers } from "./arena-members.ts";
import type { Gradients, OptimizerAttachment } from "./attachment.ts";
import { Attachments } from "./attachment.ts";
import { clipFactor } from "./clip.ts";
import type { Clipping } from "./compiled-rule.ts";
import { CompiledRule } from "./compiled-rule.ts";
import type { GroupedParameter, NamedParameter } from "./grouped-parameter.ts";
import { joinSpans } from "./join-spans.ts";
import { matchGradients } from "./match-gradients.ts";
import type { OptimizerOptions, OptimizerSettings, Parameterized } from "./optimizer-options.ts";
import { groupParameters, optimizerRules } from "./optimizer-options.ts";
import { checkState, readOptimizerState, readSlots } from "./optimizer-state.ts";
import type { UpdateGate } from "./update-gate.ts";
import type { RuleChoice, UpdateRule } from "./update-rule.ts";

/**
 * The base of optimizers. Parameters with the same settings lie in one arena, or in several where they do not fit into one
 * buffer, and are updated in place, by one launch for each arena and one for each parameter of 1 MiB and more; a rule that needs
 * whole parameters, as that of LAMB does, takes several launches for each. Gradients are in the order of
 * `listTrainableParameters(model)`, as `valueAndGrad(model, loss)` returns them; parameters that are frozen, and their slots, do not
 * change.
 */
export class Optimizer {
  /** What the updates depend on: a run is resumed with the same settings. */
  get settings(): OptimizerSettings {
    return { ...this.ownSettings, ...this.attachments.settings };
  }

  private readonly ownSettings: OptimizerSettings;
  private readonly attachments = new Attachments();
  private rate: number;
  private readonly maxGradientNorm: number | undefined;
  private readonly parameters: readonly GroupedParameter[];
  private arenas: readonly Arena[] | undefined;
  /** Why values and slots are inconsistent; absent while they are those of a complete step. */
  private damage: { readonly cause: unknown } | undefined;
  /** Another object after slots were disposed or loaded. */
  private currentSlots: object = {};

  /** Throws ArgumentError for an option out of range; a subclass checks those that it adds. */
  constructor(model: Parameterized, rule: UpdateRule | RuleChoice, options: OptimizerOptions) {
    const { learningRate, weightDecay, allDecayed, maxGradientNorm, maxGradientValue, group } = options;
    const shared = { learningRate, weightDecay, allDecayed, maxGradientNorm, maxGradientValue, group };
    checkOptions<OptimizerOptions>("optimizer", shared, optimizerRules, ["learningRate"]);
    this.rate = learningRate;
    this.maxGradientNorm = maxGradientNorm;
    const compile = makeCompiler({ byNorm: maxGradientNorm !== undefined, maxValue: maxGradientValue });
    this.parameters = groupParameters(model, shared, (name, parameter) =>
      compile("choose" in rule ? rule.choose(name, parameter) : rule),
    );
    this.ownSettings = {
      ...rule.settings,
      learningRate,
      maxGradientNorm: maxGradientNorm ?? null,
      // Runs saved without the option continue without it.
      ...(maxGradientValue !== undefined && { maxGradientValue }),
      groups: Object.fromEntries(this.parameters.map(({ name, settings }) => [name, settings])),
    };
  }

  /** May be changed at any time; schedules do. Throws ArgumentError for a rate that is negative or not finite. */
  get learningRate(): number {
    return this.rate;
  }

  set learningRate(rate: number) {
    checkValue("optimizer: learningRate", rate, nonNegative);
    this.rate = rate;
  }

  /**
   * Attaches what takes part in every step, such as `GradientAccumulation` and `AveragedModel`, which attach themselves. Throws
   * ArgumentError for a second one of the same name.
   */
  attach(attachment: OptimizerAttachment): void {
    this.attachments.add(attachment);
  }

  /** The parameters that the optimizer was made for, in the order of the model. */
  listParameters(): readonly NamedParameter[] {
    return this.parameters;
  }

  /**
   * Updates every trainable parameter once. All memory is allocated before anything changes: a step that throws has changed
   * nothing, unless the error says that it failed halfway.
   *
   * A `gate` decides on the device whether values and slots change, and attachments get its answer; counts of steps do not know it.
   *
   * @returns false where an attachment only takes the gradients, such as `GradientAccumulation`
   * @throws ShapeError or DTypeError for a gradient that does not fit its parameter; ArgumentError for a wrong number of them;
   * DeviceError for a step that fails halfway, and from then on until a saved state is loaded or the slots are disposed
   */
  step(gradients: readonly Tensor[], gate?: UpdateGate): boolean {
    this.checkWhole();
    const given = matchGradients(this.parameters, gradients);
    return scope(() => {
      const gradientOf = this.attachments.collect(given);
      if (gradientOf !== undefined) this.update(gradientOf, gate);
      return gradientOf !== undefined;
    });
  }

  /**
   * Marks the last step as incomplete, as when the device reports late that one of its launches failed. Until a saved state is
   * loaded or the slots are disposed, `step` and `readStateArrays` throw the error that is returned.
   */
  invalidate(cause: unknown): DeviceError {
    this.damage ??= { cause };
    return makeHalfStepError(this.damage.cause);
  }

  /** The error of a step that failed halfway, which `step` and `readStateArrays` throw; undefined while the state is whole. */
  get failure(): DeviceError | undefined {
    return this.damage && makeHalfStepError(this.damage.cause);
  }

  /** Identifies the slots: another object after they were disposed or loaded. */
  get slotsIdentity(): object {
    return this.currentSlots;
  }

  /** Slots and step counts as of this call, by `<parameter>.<slot>` and `<parameter>.steps`: what resuming needs. */
  async readStateArrays(): Promise<Map<string, StoredArray>> {
    this.checkWhole();
    // Both take the values of this call.
    const [own, attached] = await Promise.all([
      readOptimizerState(this.getArenas()),
      this.attachments.readStateArrays(),
    ]);
    return new Map([...own, ...attached]);
  }

  /**
   * Loads the result of `readStateArrays`.
   *
   * @throws StateDictError when it belongs to another model or another kind of optimizer, ArgumentError for anything but a Map;
   * nothing has changed then
   */
  loadState(state: ReadonlyMap<string, StoredArray>): void {
    this.prepareState(state).commit();
  }

  /** Checks and uploads saved state, so that all parts of a run are ready before the first of them changes. */
  prepareState(state: ReadonlyMap<string, StoredArray>): StateChange {
    checkState("optimizer: state", state);
    const { rest, ...change } = this.attachments.prepareState(state);
    let arenas: readonly Arena[];
    try {
      arenas = this.makeArenas(rest);
    } catch (error) {
      change.discard();
      throw error;
    }
    return {
      commit: () => {
        this.dispose();
        this.arenas = this.sortArenas(arenas);
        change.commit();
      },
      discard: () => {
        for (const arena of arenas) arena.dispose();
        change.discard();
      },
    };
  }

  /** Frees the memory of the slots. The next step starts anew, even when the last one failed halfway. */
  dispose(): void {
    for (const arena of this.arenas ?? []) arena.dispose();
    this.arenas = undefined;
    this.damage = undefined;
    this.currentSlots = {};
    this.attachments.reset();
  }

  private update(gradientOf: Gradients, gate: UpdateGate | undefined): void {
    const active = this.splitActiveArenas(gradientOf);
    if (active.length === 0) return;
    for (const arena of active) arena.prepare();
    this.attachments.prepare();
    const pieces = active.map((arena) =>
      arena.listGradientPieces(arena.members.map(({ parameter }) => gradientOf.get(parameter)!)),
    );
    const { spans, flats } = joinSpans(pieces.flat());
    const left = [...spans];
    const gathered = pieces.map(({ length }) => left.splice(0, length));
    const { maxGradientNorm } = this;
    const factors = maxGradientNorm === undefined ? [] : [clipFactor(spans, maxGradientNorm)];
    const admitted = gate?.admit(flats);
    let launches = 0;
    const onLaunch = () => launches++;
    const updates = active.map((arena, index) => {
      const numbers = { factors, scalars: arena.listScalars(this.rate), gate: admitted, onLaunch };
      const wholes = arena.computeWholes(gathered[index]!, numbers);
      return () => arena.update(gathered[index]!, wholes, numbers);
    });
    try {
      for (const update of updates) update();
      this.attachments.follow(admitted);
    } catch (error) {
      // When the first launch fails, nothing has changed; when a later one fails, other parameters have.
      throw launches === 0 ? error : this.invalidate(error);
    }
  }

  private checkWhole(): void {
    if (this.damage !== undefined) throw makeHalfStepError(this.damage.cause);
  }

  /** Arenas with the slots of a saved state. */
  private makeArenas(state: ReadonlyMap<string, StoredArray>): Arena[] {
    const loaded = readSlots(this.parameters, state);
    const countSteps = ({ name }: NamedParameter) => loaded.get(name)!.steps;
    return scope(() =>
      makeTogether(listArenaMembers(this.parameters, countSteps), (members) => {
        const [first] = members as [GroupedParameter];
        const steps = countSteps(first);
        if (steps === 0) return new Arena(members, 0);
        const slots = first.rule.slots.map((_, slot) =>
          members.map(({ name, parameter }) => loaded.get(name)!.upload(slot, parameter.value.backend)),
        );
        return new Arena(members, steps, slots);
      }),
    );
  }

  private getArenas(): readonly Arena[] {
    this.arenas ??= this.sortArenas(
      makeTogether(
        listArenaMembers(this.parameters, () => 0),
        (members) => new Arena(members, 0),
      ),
    );
    return this.arenas;
  }

  /** Sorts arenas: the norm of all gradients is a sum over them, which a resumed run must compute in the same order. */
  private sortArenas(arenas: readonly Arena[]): Arena[] {
    const position = new Map(this.parameters.map(({ parameter }, index) => [parameter, index]));
    const first = ({ members }: Arena) => position.get(members[0]!.parameter)!;
    return arenas.toSorted((a, b) => first(a) - first(b));
  }

  /** Arenas of which every member has a gradient. An arena of which only some have one is split permanently. */
  private splitActiveArenas(gradientOf: ReadonlyMap<Parameter, Tensor>): Arena[] {
    const isActive = ({ parameter }: NamedParameter) => gradientOf.has(parameter);
    const before = this.getArenas();
    const mixed = before.filter(({ members }) => members.some(isActive) && !members.every(isActive));
    if (mixed.length > 0) {
      const parts = makeTogether(
        mixed.flatMap((arena) => [true, false].map((wanted) => ({ arena, wanted }))),
        ({ arena, wanted }) => arena.extractPart((member) => isActive(member) === wanted),
      );
      this.arenas = this.sortArenas([...before.filter((arena) => !mixed.includes(arena)), ...parts]);
      for (const arena of mixed) arena.dispose();
    }
    return this.getArenas().filter(({ members }) => isActive(members[0]!));
  }

  /** Throws ArgumentError unless this optimizer was made for the parameters of the model, in the order of the model. */
  checkModel(model: Parameterized): void {
    const own = new Set(this.parameters.map(({ parameter }) => parameter));
    const expected = [...model.namedParameters()];
    const foreign = expected.find(([, parameter]) => !own.has(parameter));
    if (foreign !== undefined) {
      throw new ArgumentError(
        `optimizer: ${foreign[0]}: found a parameter that the optimizer was not made for: make a new optimizer after changing the model`,
      );
    }
    const misplaced = this.parameters.find(({ parameter }, index) => parameter !== expected[index]?.[1]);
    if (misplaced !== undefined) {
      throw new ArgumentError(
        `optimizer: ${misplaced.name}: found a parameter that the model does not have at this position, expected the parameters of the model in its order: make the optimizer for the model that is trained`,
      );
    }
  }
}

const makeHalfStepError = (cause: unknown): DeviceError =>
  new DeviceError(
    `optimizer: a step failed halfway (${cause}): values and slots are inconsistent; load a saved state, as \`fit\` does with \`resumed: true\``,
    { cause },
  );

/** A function that compiles each rule once. */
function makeCompiler(clipping: Clipping): (rule: UpdateRule) => CompiledRule {
  const compiled = new Map<UpdateRule, CompiledRule>();
  return (rule) => {
    const known = compiled.get(rule) ?? new CompiledRule(rule, clipping);
    compiled.set(rule, known);
    return known;
  };
}
