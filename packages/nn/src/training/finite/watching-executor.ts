import type { AnyOp, Executor, Expression, OpCall, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  cast,
  concatenate,
  e,
  evaluateExpression,
  isFloat,
  keep,
  max,
  reshape,
  scope,
  withExecutor,
} from "@evenkeel/tensor";

/** How far a tensor is from being finite. */
export const finite = 0;
export const infinite = 1;
export const notANumber = 2;

const infinityBits = 0x7f800000;

let level: Expression | undefined;

const buildLevel = (): Expression =>
  (level ??= buildExpression({ inputs: ["f32"], scalars: [] }, ([x]) => {
    const magnitude = e.and(e.bitcast(x!, "u32"), 0x7fffffff);
    const ofInfinity = e.select(e.equal(magnitude, infinityBits), infinite, finite);
    return e.select(e.greater(magnitude, infinityBits), notANumber, ofInfinity);
  }));

/** A value as an operation saw it; `level` is an index into the levels that are read at the end, -1 for what is always finite. */
export interface SeenValue {
  readonly id: number;
  readonly storage: object;
  readonly level: number;
}

/** One operation: its values, and what was noted about the place where it ran. */
export interface SeenCall<Place> {
  readonly op: AnyOp;
  readonly place: Place;
  readonly inputs: readonly SeenValue[];
  readonly outputs: readonly SeenValue[];
}

/** Runs operations as the executor inside does, and measures on the device how finite each of their inputs and outputs is. */
export class WatchingExecutor<Place> implements Executor {
  readonly calls: SeenCall<Place>[] = [];
  /** The positions of calls, by the ids of their outputs. */
  readonly makers: Map<number, number> = new Map();
  private readonly inner: Executor;
  private readonly locate: () => Place;
  /** One element each. */
  private readonly levels: Tensor[] = [];

  constructor(inner: Executor, locate: () => Place) {
    this.inner = inner;
    this.locate = locate;
  }

  execute(call: OpCall): Tensor[] {
    const { op, inputs } = call;
    return withExecutor(this.inner, () => {
      // An operation may write over its inputs.
      const read = inputs.flatMap((input) => (input === undefined ? [] : [this.look(input)]));
      const outputs = this.inner.execute(call);
      const written = outputs.map((output) => this.look(output));
      for (const { id } of written) this.makers.set(id, this.calls.length);
      this.calls.push({ op, place: this.locate(), inputs: read, outputs: written });
      return outputs;
    });
  }

  look(value: Tensor): SeenValue {
    const { id, storage, dtype, size } = value;
    if (!isFloat(dtype) || size === 0) return { id, storage, level: -1 };
    const measured = scope(() => {
      const [levels] = evaluateExpression(buildLevel(), [cast(value, "f32")]) as [Tensor];
      return keep(reshape(max(levels), [1]));
    });
    return { id, storage, level: this.levels.push(measured) - 1 };
  }

  /** The call, among the first `count`, that made the value; undefined for one that was there before. */
  findMaker(
    { id, storage }: Pick<SeenValue, "id" | "storage">,
    count: number = this.calls.length,
  ): number | undefined {
    const known = this.makers.get(id);
    if (known !== undefined && known < count) return known;
    // Another view of memory that an operation has written.
    const index = this.calls
      .slice(0, count)
      .findLastIndex(({ outputs }) => outputs.some((output) => output.storage === storage));
    return index < 0 ? undefined : index;
  }

  /** Reads the levels of all values. Returns a function that gives that of one. */
  async readLevels(): Promise<(value: SeenValue) => number> {
    const joined = scope(() => (this.levels.length === 0 ? undefined : keep(concatenate(this.levels))));
    this.dispose();
    const levels = await joined?.data();
    joined?.dispose();
    return ({ level: index }) => (index < 0 ? finite : levels![index]!);
  }

  dispose(): void {
    for (const measured of this.levels.splice(0)) measured.dispose();
  }
}
