import type { Backend } from "@evenkeel/tensor";
import {
  BackendError,
  concatenate,
  describeBackend,
  evaluateExpression,
  keep,
  scope,
  Tensor,
  zeros,
} from "@evenkeel/tensor";
import { copyTensor } from "../module/copy.ts";
import type { Layout, Span } from "./arena-layout.ts";
import { computeLayout, elementsOfOwnSpan, listSpans, viewSpan } from "./arena-layout.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { GroupedParameter, GroupSettings } from "./grouped-parameter.ts";

/**
 * Parameters with the same settings, updated by one launch, and one more for each large member; by one for each member where the
 * rule needs whole parameters. From the first update on, their
 * values lie in one flat tensor, of which the parameters are views; so do those of each slot. All of them have had the same number
 * of updates.
 */
export class Arena {
  readonly members: readonly GroupedParameter[];
  /** Updates so far. */
  steps: number;
  private readonly backend: Backend;
  private readonly layout: Layout;
  private readonly spans: readonly Span[];
  /** Zeros for the longest gap of the layout; absent where there is none. */
  private padding: Tensor | undefined;
  /** Absent until the first update, like the slots: parameters that are never trained take no memory here. */
  private values: Tensor | undefined;
  private slots: readonly Tensor[] | undefined;

  /** `slots` holds, for each slot, one tensor for each member; absent, they are zeros. Holds no memory where it throws. */
  constructor(members: readonly GroupedParameter[], steps: number, slots?: readonly (readonly Tensor[])[]) {
    this.members = members;
    this.steps = steps;
    this.backend = members[0]!.parameter.value.backend;
    this.layout = computeLayout(
      members.map(({ parameter }) => parameter.spec),
      this.backend,
    );
    this.spans = listSpans(
      members.map(({ parameter }) => parameter.value.size),
      this.layout,
      this.rule.takesWhole ? 0 : elementsOfOwnSpan,
    );
    const gap = Math.max(...this.layout.gaps);
    scope(() => {
      if (gap > 0) this.padding = zeros([gap], { backend: this.backend });
      this.slots = slots?.map((tensors) => copyTensor(this.gather(tensors)));
      for (const made of [this.padding, ...(this.slots ?? [])]) if (made !== undefined) keep(made);
    });
  }

  get rule(): CompiledRule {
    return this.members[0]!.rule;
  }

  get settings(): GroupSettings {
    return this.members[0]!.settings;
  }

  /** The numbers of the next update. */
  listScalars(learningRate: number): readonly number[] {
    const [{ settings, schedule, rule }] = this.members as [GroupedParameter];
    const scale = settings.learningRateScale * (schedule?.(this.steps) ?? 1);
    const { weightDecay } = settings;
    return rule.listScalars({ learningRate: learningRate * scale, weightDecay, step: this.steps + 1 });
  }

  /** For each launch of an update, the gradients of its members, of which there is one for each member, as flat tensors to be joined. */
  listGradientPieces(gradients: readonly Tensor[]): Tensor[][] {
    return this.spans.map(({ begin, end }) =>
      this.listPieces(gradients.slice(begin, end), this.layout.gaps.slice(begin, end)),
    );
  }

  /** One flat tensor of one tensor for each member, in the layout of the arena. */
  private gather(tensors: readonly Tensor[]): Tensor {
    return this.join(tensors, this.layout.gaps);
  }

  /** One flat tensor of several, with padding in the gaps between them; not behind the last one. */
  private join(tensors: readonly Tensor[], gaps: readonly number[]): Tensor {
    const pieces = this.listPieces(tensors, gaps);
    return pieces.length === 1 ? pieces[0]! : concatenate(pieces);
  }

  private listPieces(tensors: readonly Tensor[], gaps: readonly number[]): Tensor[] {
    return tensors.flatMap((tensor, index) => {
      const flat = new Tensor(
        tensor.storage,
        { shape: [tensor.size], dtype: tensor.dtype },
        tensor.byteOffset,
      );
      const isPadded = gaps[index]! > 0 && index < tensors.length - 1;
      return isPadded ? [flat, this.makePadding(gaps[index]!)] : [flat];
    });
  }

  /** Allocates all the memory of the first update in advance, so that it cannot fail after another arena has been updated. */
  prepare(): void {
    this.packValues();
    this.slots ??= scope(() => this.rule.slots.map(() => this.makeZeroSlot())).map(keep);
  }

  /**
   * Copies the values into one tensor where they are not: before the first update, and after one was loaded or assigned. Throws
   * BackendError for one that is on another backend than the slots.
   */
  packValues(): void {
    const storage = this.values?.storage;
    if (this.members.every(({ parameter }) => parameter.value.storage === storage)) return;
    for (const { name, parameter } of this.members) this.checkBackend(name, parameter.value.backend);
    const replaced = this.values;
    this.values = keep(
      scope(() => copyTensor(this.gather(this.members.map(({ parameter }) => parameter.value)))),
    );
    replaced?.dispose();
    this.adoptValues(this.values);
  }

  /** What the update needs of whole parameters, one tensor for each launch; nothing has changed yet. */
  computeWholes(gradients: readonly Tensor[], { factors, scalars }: UpdateNumbers): Tensor[] {
    if (!this.rule.takesWhole) return [];
    const state = [this.values!, ...this.slots!];
    return this.spans.map((span, index) => {
      const views = state.map((flat) => viewSpan(flat, span));
      const operands = [...views, gradients[index]!, ...factors];
      return this.rule.computeWhole(operands, scalars, this.members[span.begin]!.parameter.value);
    });
  }

  /**
   * Updates values and slots in their own memory, after `prepare`. `gradients` are flat ones, one for each launch, `wholes` those of
   * `computeWholes`. Calls `onLaunch` after each launch: from then on the arena has changed.
   */
  update(
    gradients: readonly Tensor[],
    wholes: readonly Tensor[],
    { factors, scalars, gate, onLaunch }: UpdateNumbers,
  ): void {
    const state = [this.values!, ...this.slots!];
    const expression = gate === undefined ? this.rule.update : this.rule.gatedUpdate;
    const gates = gate === undefined ? [] : [gate];
    const results = this.spans.map((span, index) => {
      const views = state.map((flat) => viewSpan(flat, span));
      const operands = [...views, gradients[index]!, ...factors, ...wholes.slice(index, index + 1), ...gates];
      const launched = evaluateExpression(expression, operands, { donate: [...views.keys()], scalars });
      onLaunch();
      return launched;
    });
    this.steps++;
    // An executor may decline the donation, such as a tape that still needs the old values.
    if (results.some(([values]) => values!.storage !== this.values!.storage)) this.adopt(results);
  }

  /** Views of one slot, member by member. */
  listSlotViews(slot: number): Tensor[] {
    if (this.slots !== undefined) return this.listViews(this.slots[slot]!);
    const zeros = this.makeZeroSlot();
    const views = this.listViews(zeros);
    zeros.dispose();
    return views;
  }

  /** A new arena of the chosen members, with their current values and slots. */
  extractPart(isChosen: (member: GroupedParameter) => boolean): Arena {
    const ofChosen = (views: readonly Tensor[]) => views.filter((_, index) => isChosen(this.members[index]!));
    const chosenSlots = () => this.rule.slots.map((_, slot) => ofChosen(this.listSlotViews(slot)));
    return scope(() => {
      const members = this.members.filter(isChosen);
      const part = new Arena(members, this.steps, this.slots && chosenSlots());
      return part.pack();
    });
  }

  /** Gives back the slots and the arena's hold on the values; the parameters keep theirs. */
  dispose(): void {
    this.values?.dispose();
    this.padding?.dispose();
    for (const slot of this.slots ?? []) slot.dispose();
  }

  /** This arena with its own memory for its values; disposed where that cannot be allocated. */
  private pack(): this {
    try {
      this.packValues();
      return this;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  private makeZeroSlot(): Tensor {
    return zeros([this.layout.elements], { backend: this.backend });
  }

  private makePadding(gap: number): Tensor {
    return new Tensor(this.padding!.storage, { shape: [gap], dtype: "f32" });
  }

  private listViews(flat: Tensor): Tensor[] {
    return this.members.map(
      ({ parameter }, index) =>
        new Tensor(flat.storage, parameter.spec, flat.byteOffset + this.layout.byteOffsets[index]!),
    );
  }

  /** Takes over values and slots that lie in memory of their own, span by span. */
  private adopt(results: readonly (readonly Tensor[])[]): void {
    const gaps = this.spans.map(({ end }) => this.layout.gaps[end - 1]!);
    const replaced = [this.values!, ...this.slots!];
    const [values, ...slots] = scope(() =>
      replaced.map((_, index) =>
        copyTensor(
          this.join(
            results.map((ofSpan) => ofSpan[index]!),
            gaps,
          ),
        ),
      ),
    ).map(keep) as [Tensor, ...Tensor[]];
    this.values = values;
    this.slots = slots;
    for (const tensor of replaced) tensor.dispose();
    this.adoptValues(values);
  }

  private adoptValues(values: Tensor): void {
    this.listViews(values).forEach((view, index) => {
      this.members[index]!.parameter.value = view;
    });
  }

  private checkBackend(name: string, backend: Backend): void {
    if (backend === this.backend) return;
    throw new BackendError(
      `optimizer: ${name}: found a value on ${describeBackend(backend)}, expected ${describeBackend(this.backend)}, where its state is: call \`readStateArrays\` before the parameters are moved, and \`loadState\` afterwards`,
    );
  }
}

/** One arena for each item. Where one fails, those before it are disposed. */
export function makeTogether<Item>(items: readonly Item[], make: (item: Item) => Arena): Arena[] {
  const made: Arena[] = [];
  try {
    for (const item of items) made.push(make(item));
    return made;
  } catch (error) {
    for (const arena of made) arena.dispose();
    throw error;
  }
}

/** What the launches of an update share; `factors` are further operands of each. */
export interface UpdateNumbers {
  readonly factors: readonly Tensor[];
  readonly scalars: readonly number[];
  /** One number: where it is 0, nothing changes. */
  readonly gate?: Tensor | undefined;
  onLaunch(): void;
}
