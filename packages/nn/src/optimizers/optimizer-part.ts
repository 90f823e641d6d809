import type { StateChange, Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import type { Parameter } from "../module/variable.ts";

/** Gradients by their parameters. */
export type Gradients = ReadonlyMap<Parameter, Tensor>;

/** What is attached to an optimizer: it takes part in every step, and its state is saved with that of the optimizer. */
export interface OptimizerPart {
  /** Begins the names of its saved state, before a colon, and names its settings. */
  readonly name: string;
  /** What the updates depend on, as JSON: a run is resumed with the same settings. */
  readonly settings: { readonly [name: string]: unknown };
  /** The gradients of the update; undefined for none in this step. */
  collect?(gradients: Gradients): Gradients | undefined;
  /** Allocates what `follow` needs, before anything changes. */
  prepare?(): void;
  /** Called after every update. */
  follow?(): void;
  /** Its state as of this call. */
  readStateArrays(): Promise<Map<string, StoredArray>>;
  /** Checks and uploads the result of `readStateArrays`. Throws StateDictError where it does not fit. */
  prepareState(state: ReadonlyMap<string, StoredArray>): StateChange;
  /** Called when the optimizer starts anew. */
  reset?(): void;
}

/** The parts of an optimizer, in the order in which they were attached. */
export class OptimizerParts {
  private readonly parts: OptimizerPart[] = [];

  /** Throws ArgumentError for a second part of one name. */
  add(part: OptimizerPart): void {
    if (this.parts.some(({ name }) => name === part.name)) {
      throw new ArgumentError(
        `optimizer: found two parts named "${part.name}", expected one: give it a name`,
      );
    }
    this.parts.push(part);
  }

  get settings(): { readonly [part: string]: unknown } {
    return Object.fromEntries(this.parts.map(({ name, settings }) => [name, settings]));
  }

  collect(gradients: Gradients): Gradients | undefined {
    let collected: Gradients | undefined = gradients;
    for (const part of this.parts) {
      if (collected !== undefined && part.collect !== undefined) collected = part.collect(collected);
    }
    return collected;
  }

  prepare(): void {
    for (const part of this.parts) part.prepare?.();
  }

  follow(): void {
    for (const part of this.parts) part.follow?.();
  }

  async readStateArrays(): Promise<[name: string, array: StoredArray][]> {
    const states = await Promise.all(this.parts.map((part) => part.readStateArrays()));
    return states.flatMap((state, index) =>
      [...state].map(([name, array]): [string, StoredArray] => [`${this.parts[index]!.name}:${name}`, array]),
    );
  }

  /** The changes of the parts, and the state that belongs to none of them. */
  prepareState(
    state: ReadonlyMap<string, StoredArray>,
  ): StateChange & { readonly rest: ReadonlyMap<string, StoredArray> } {
    const rest = new Map(state);
    const changes: StateChange[] = [];
    const discard = () => {
      for (const change of changes) change.discard();
    };
    try {
      for (const part of this.parts) changes.push(part.prepareState(extractSection(rest, `${part.name}:`)));
    } catch (error) {
      discard();
      throw error;
    }
    return {
      rest,
      discard,
      commit: () => {
        for (const change of changes) change.commit();
      },
    };
  }

  reset(): void {
    for (const part of this.parts) part.reset?.();
  }
}

/** Moves the entries whose names begin with a prefix into a map of their own, without it. */
function extractSection(state: Map<string, StoredArray>, prefix: string): Map<string, StoredArray> {
  const section = new Map<string, StoredArray>();
  for (const [name, array] of state) {
    if (!name.startsWith(prefix)) continue;
    section.set(name.slice(prefix.length), array);
    state.delete(name);
  }
  return section;
}
