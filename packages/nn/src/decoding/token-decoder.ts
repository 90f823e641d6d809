import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  formatShape,
  isTensor,
  keep,
  ShapeError,
  scope,
  take,
  tensor,
  withoutScope,
  withoutStateChanges,
} from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { describeValue, isContainer, nonNegativeInteger, positiveInteger } from "@evenkeel/tensor/checks";
import { isModule } from "../module/member.ts";
import { listModules, runInMode } from "../module/modes.ts";
import type { AnyModule } from "../module/module.ts";

/**
 * A model that writes texts token by token, such as a translator or a language model. What it has computed for the tokens so far, such
 * as keys and values, stands in its state: tensors whose first dimension is that of the texts, and numbers, in arrays and plain objects.
 */
export interface TokenDecoder<Inputs, State> {
  /** The state before the first token. */
  begin(inputs: Inputs): State;
  /** The logits [n, vocabulary] of what follows the latest tokens, i32 [n], and the state behind them. */
  step(tokens: Tensor, state: State): readonly [logits: Tensor, state: State];
}

/** The options of all searches for texts. */
export interface DecodingOptions {
  /** The token before the first one. */
  readonly begin: number;
  /** The token that ends a text. */
  readonly end: number;
  /** The largest number of tokens of a text, the one that ends it included. */
  readonly maxLength: number;
}

export const decodingRules: Rules<DecodingOptions> = {
  begin: nonNegativeInteger,
  end: nonNegativeInteger,
  maxLength: positiveInteger,
};

/** Accepts what has the methods of a decoder. */
export const aTokenDecoder: Rule = {
  expected: "a model with the methods begin and step",
  accepts: (value) => {
    const { begin, step } = (value ?? {}) as Partial<TokenDecoder<unknown, unknown>>;
    return typeof begin === "function" && typeof step === "function";
  },
};

/** A text that a search found. */
export interface FoundText {
  /** Without the tokens that begin and end it. */
  readonly tokens: readonly number[];
  /** The sum of the log probabilities of its tokens, and of its end. */
  readonly logProbability: number;
  /** Whether it ended by itself, and not because of `maxLength`. */
  readonly hasEnded: boolean;
}

/** A decoder in the middle of texts. It owns the tensors of its state, and runs in evaluation mode. */
export class DecodingRun<Inputs, State> {
  private readonly decoder: TokenDecoder<Inputs, State>;
  private readonly inMode: <Result>(body: () => Result) => Result;
  private readonly owned = new Set<Tensor>();
  private state: State;

  constructor(decoder: TokenDecoder<Inputs, State>, inputs: Inputs) {
    this.decoder = decoder;
    const model: unknown = decoder;
    const modules = isModule(model) ? listModules(model as AnyModule) : undefined;
    this.inMode = (body) => {
      const run = () => withoutStateChanges(body);
      return modules === undefined ? run() : runInMode(modules, false, run);
    };
    this.state = withoutScope(() => scope(() => this.own(this.inMode(() => decoder.begin(inputs)))));
  }

  /** The number of texts. */
  get rows(): number {
    const [first] = this.owned;
    if (first === undefined || first.rank === 0) {
      throw new ArgumentError(
        `begin: found ${first === undefined ? "no tensor" : formatShape(first.shape)} in the state, expected tensors [n, ...]`,
      );
    }
    return first.shape[0]!;
  }

  /** What `read` makes of the logits of the next step. The tensors of its result belong to the caller. */
  step<Result>(tokens: readonly number[], read: (logits: Tensor) => Result): Result {
    const { backend } = [...this.owned][0]!;
    return withoutScope(() =>
      scope(() => {
        const latest = tensor(Int32Array.from(tokens), { dtype: "i32", backend });
        const [logits, next] = this.inMode(() => this.decoder.step(latest, this.state));
        if (logits.rank !== 2 || logits.shape[0] !== tokens.length) {
          throw new ShapeError(
            `step: found logits ${formatShape(logits.shape)}, expected [${tokens.length}, vocabulary]`,
          );
        }
        const result = read(logits);
        this.state = this.own(next);
        return result;
      }),
    );
  }

  /** Goes on with these rows, of which one may be there several times. */
  select(rows: readonly number[]): void {
    if (rows.length === this.rows && rows.every((row, place) => row === place)) return;
    withoutScope(() =>
      scope(() => {
        const indices = tensor(Int32Array.from(rows), { dtype: "i32", backend: [...this.owned][0]!.backend });
        const taken = new Map<Tensor, Tensor>();
        this.state = this.own(
          mapTensors(this.state, (value) => {
            const selected = taken.get(value) ?? take(value, indices);
            taken.set(value, selected);
            return selected;
          }),
        );
      }),
    );
  }

  dispose(): void {
    for (const value of this.owned) value.dispose();
    this.owned.clear();
  }

  /** Keeps the tensors of a state, and frees those of the one before that it does not have. */
  private own(state: State): State {
    const next = new Set<Tensor>();
    mapTensors(state, (value) => {
      next.add(keep(value));
      return value;
    });
    for (const value of this.owned) if (!next.has(value)) value.dispose();
    this.owned.clear();
    for (const value of next) this.owned.add(value);
    return state;
  }
}

/** The same structure with other tensors. */
function mapTensors<State>(state: State, replace: (value: Tensor) => Tensor): State {
  if (isTensor(state)) return replace(state) as State;
  if (typeof state !== "object" || state === null) return state;
  if (Array.isArray(state)) return state.map((part) => mapTensors(part, replace)) as State;
  if (!isContainer(state)) {
    throw new ArgumentError(
      `state: found ${describeValue(state)}, expected tensors in arrays and plain objects`,
    );
  }
  const parts = Object.entries(state).map(([name, part]) => [name, mapTensors(part, replace)]);
  return Object.fromEntries(parts) as State;
}
