import type { StateChange, Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import type { Parameter } from "../module/variable.ts";

/** What attachments take part in. */
export const anOptimizer: Rule = {
  expected: "an Optimizer",
  accepts: (value) => typeof value === "object" && value !== null && "attach" in value,
};

/** Gradients by their parameters. */
export type Gradients = ReadonlyMap<Parameter, Tensor>;

/** What is attached to an optimizer: it takes part in every step, and its state is saved with that of the optimizer. */
export interface OptimizerAttachment {
  /** Begins the names of its saved state, before a colon, and names its settings. */
  readonly name: string;
  /** What the updates depend on, as JSON: a run is resumed with the same settings. */
  readonly settings: { readonly [name: string]: unknown };
  /** The gradients of the update; undefined for none in this step. */
  collect?(gradients: Gradients): Gradients | undefined;
  /** Allocates what `follow` needs, before anything changes. */
  prepare?(): void;
  /** Called after every update. `admitted` is the answer of its gate: one element, 0 where the update was held back. */
  follow?(admitted?: Tensor): void;
  /** Its state as of this call. */
  readStateArrays(): Promise<Map<string, StoredArray>>;
  /** Checks and uploads the result of `readStateArrays`. Throws StateDictError where it does not fit. */
  prepareState(state: ReadonlyMap<string, StoredArray>): StateChange;
  /** Called when the optimizer starts anew. */
  reset?(): void;
}

/** The attachments of an optimizer, in the order in which they were attached. */
export class Attachments {
  private readonly list: OptimizerAttachment[] = [];

  /** Throws ArgumentError for a second one of one name. */
  add(attachment: OptimizerAttachment): void {
    if (this.list.some(({ name }) => name === attachment.name)) {
      throw new ArgumentError(
        `optimizer: found two attachments named "${attachment.name}", expected one: give it a name`,
      );
    }
    this.list.push(attachment);
  }

  get settings(): { readonly [attachment: string]: unknown } {
    return Object.fromEntries(this.list.map(({ name, settings }) => [name, settings]));
  }

  collect(gradients: Gradients): Gradients | undefined {
    let collected: Gradients | undefined = gradients;
    for (const attachment of this.list) {
      if (collected !== undefined && attachment.collect !== undefined)
        collected = attachment.collect(collected);
    }
    return collected;
  }

  prepare(): void {
    for (const attachment of this.list) attachment.prepare?.();
  }

  follow(admitted?: Tensor): void {
    for (const attachment of this.list) attachment.follow?.(admitted);
  }

  async readStateArrays(): Promise<[name: string, array: StoredArray][]> {
    const states = await Promise.all(this.list.map((attachment) => attachment.readStateArrays()));
    return states.flatMap((state, index) =>
      [...state].map(([name, array]): [string, StoredArray] => [`${this.list[index]!.name}:${name}`, array]),
    );
  }

  /** The changes of the attachments, and the state that belongs to none of them. */
  prepareState(
    state: ReadonlyMap<string, StoredArray>,
  ): StateChange & { readonly rest: ReadonlyMap<string, StoredArray> } {
    const rest = new Map(state);
    const changes: StateChange[] = [];
    const discard = () => {
      for (const change of changes) change.discard();
    };
    try {
      for (const attachment of this.list)
        changes.push(attachment.prepareState(extractSection(rest, `${attachment.name}:`)));
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
    for (const attachment of this.list) attachment.reset?.();
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
