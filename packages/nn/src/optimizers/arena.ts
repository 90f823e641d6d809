import type { Backend, Expression, Spec } from "@evenkeel/tensor";
import {
  bytesOfStorage,
  concatenate,
  evaluateExpression,
  keep,
  scope,
  sizeOf,
  storageOf,
  Tensor,
  zeros,
} from "@evenkeel/tensor";
import { copyOf } from "../module/copy.ts";
import type { Parameter } from "../module/variable.ts";

/** A parameter and its path in the model. */
export interface NamedParameter {
  readonly name: string;
  readonly parameter: Parameter;
}

/** How the parameters of an arena are updated. */
export interface GroupSettings {
  readonly weightDecay: number;
  /** What the learning rate is multiplied by. */
  readonly learningRateScale: number;
}

/**
 * Parameters that one launch updates. Their values lie in one flat tensor, which the parameters are views of, and so does
 * each slot. All of them have seen the same number of updates.
 */
export class Arena {
  readonly members: readonly NamedParameter[];
  readonly settings: GroupSettings;
  /** Updates so far. */
  steps: number;
  private readonly backend: Backend;
  private readonly layout: Layout;
  /** Zeros for the longest gap of the layout; absent where there is none. */
  private readonly padding: Tensor | undefined;
  private values: Tensor;
  /** Absent until the first update: what is never trained takes no memory. */
  private slots: readonly Tensor[] | undefined;

  /** `slots` holds, for each slot, one tensor for each member; absent, they are zeros. The values come from the parameters. */
  constructor(
    members: readonly NamedParameter[],
    settings: GroupSettings,
    steps: number,
    slots?: readonly (readonly Tensor[])[],
  ) {
    this.members = members;
    this.settings = settings;
    this.steps = steps;
    this.backend = members[0]!.parameter.value.backend;
    this.layout = layoutOf(
      members.map(({ parameter }) => parameter.spec),
      this.backend,
    );
    const gap = Math.max(...this.layout.gaps);
    this.padding = gap === 0 ? undefined : keep(zeros([gap], { backend: this.backend }));
    this.slots = slots && scope(() => slots.map((tensors) => copyOf(this.gather(tensors)))).map(keep);
    this.values = this.packValues();
    this.adoptValues();
  }

  /** One flat tensor of one tensor for each member, in the layout of the arena. */
  gather(tensors: readonly Tensor[]): Tensor {
    const { gaps } = this.layout;
    const pieces = tensors.flatMap((tensor, index) => {
      const flat = new Tensor(
        tensor.storage,
        { shape: [tensor.size], dtype: tensor.dtype },
        tensor.byteOffset,
      );
      return gaps[index] === 0 ? [flat] : [flat, this.paddingOf(gaps[index]!)];
    });
    return pieces.length === 1 ? pieces[0]! : concatenate(pieces);
  }

  /** Takes all the memory that an update needs: afterwards none of several arenas fails for want of it. */
  prepare(slots: number): void {
    this.repackReplacedValues();
    this.slots ??= scope(() => Array.from({ length: slots }, () => this.zeroSlot())).map(keep);
  }

  /** Updates values and slots in their own memory, in one launch, after `prepare`. */
  update(expression: Expression, operands: readonly Tensor[], scalars: readonly number[]): void {
    const { storage } = this.values;
    const state = [this.values, ...this.slots!];
    const results = evaluateExpression(expression, [...state, ...operands], {
      donate: [...state.keys()],
      scalars,
    });
    [this.values, ...this.slots] = results.map(keep) as [Tensor, ...Tensor[]];
    this.steps++;
    // An executor may refuse the donation, as a tape does that still needs the old values.
    if (this.values.storage !== storage) this.adoptValues();
  }

  /** Views of one slot, member by member. */
  slotViews(slot: number): Tensor[] {
    if (this.slots !== undefined) return this.viewsOf(this.slots[slot]!);
    const zeros = this.zeroSlot();
    const views = this.viewsOf(zeros);
    zeros.dispose();
    return views;
  }

  /** The same for each of so many slots; absent where they do not exist yet. */
  allSlotViews(slots: number): Tensor[][] | undefined {
    return this.slots && Array.from({ length: slots }, (_, slot) => this.slotViews(slot));
  }

  /** Gives back the slots and the arena's hold on the values; the parameters keep theirs. */
  dispose(): void {
    this.values.dispose();
    this.padding?.dispose();
    for (const slot of this.slots ?? []) slot.dispose();
  }

  private zeroSlot(): Tensor {
    return zeros(this.values.shape, { backend: this.backend });
  }

  private paddingOf(gap: number): Tensor {
    return new Tensor(this.padding!.storage, { shape: [gap], dtype: "f32" });
  }

  private packValues(): Tensor {
    return keep(scope(() => copyOf(this.gather(this.members.map(({ parameter }) => parameter.value)))));
  }

  private viewsOf(flat: Tensor): Tensor[] {
    return this.members.map(
      ({ parameter }, index) =>
        new Tensor(flat.storage, parameter.spec, flat.byteOffset + this.layout.byteOffsets[index]!),
    );
  }

  private adoptValues(): void {
    this.viewsOf(this.values).forEach((view, index) => {
      this.members[index]!.parameter.value = view;
    });
  }

  /** Values that were loaded or assigned since the last update lie elsewhere. */
  private repackReplacedValues(): void {
    const { storage } = this.values;
    if (this.members.every(({ parameter }) => parameter.value.storage === storage)) return;
    const replaced = this.values;
    this.values = this.packValues();
    replaced.dispose();
    this.adoptValues();
  }
}

interface Layout {
  /** Where each member begins. */
  readonly byteOffsets: readonly number[];
  /** Elements of padding after each member, so that the next one begins where a view may. */
  readonly gaps: readonly number[];
}

const elementBytesOf = ({ limits }: Backend): number => bytesOfStorage(storageOf("f32", limits));

/** Bytes from the begin of a member to the begin of the next one. */
function paddedBytes({ shape }: Spec, backend: Backend): number {
  const { offsetAlignment } = backend.limits;
  return Math.ceil((sizeOf(shape) * elementBytesOf(backend)) / offsetAlignment) * offsetAlignment;
}

/** The same members in lists whose arenas are no larger than a buffer may be. */
export function fittingArenas<Member extends NamedParameter>(members: readonly Member[]): Member[][] {
  const lists: Member[][] = [];
  let bytes = 0;
  for (const member of members) {
    const { backend, shape, dtype } = member.parameter.value;
    const added = paddedBytes({ shape, dtype }, backend);
    const list = lists.at(-1);
    if (list === undefined || bytes + added > backend.limits.maxBufferBytes) {
      lists.push([member]);
      bytes = added;
    } else {
      list.push(member);
      bytes += added;
    }
  }
  return lists;
}

function layoutOf(specs: readonly Spec[], backend: Backend): Layout {
  const elementBytes = elementBytesOf(backend);
  const byteOffsets: number[] = [];
  const gaps: number[] = [];
  let end = 0;
  specs.forEach((spec, index) => {
    byteOffsets.push(end);
    const bytes = sizeOf(spec.shape) * elementBytes;
    const isLast = index === specs.length - 1;
    const padded = isLast ? bytes : paddedBytes(spec, backend);
    gaps.push((padded - bytes) / elementBytes);
    end += padded;
  });
  return { byteOffsets, gaps };
}
