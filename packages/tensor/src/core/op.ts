import type { Expression } from "../expression/expression.ts";
import type { Backend, Limits } from "./devices/backend.ts";
import type { PlannedLaunch } from "./devices/launch.ts";
import type { Tensor } from "./memory/tensor.ts";
import type { Spec } from "./spec.ts";

/** Static options of an op. They key every cache, so they are plain JSON data. */
export type Attributes = object;
export type NoAttributes = Record<string, never>;

/**
 * An operation as one plain object: what it means and how it is differentiated. Everything else - backends, autodiff, conformance - works
 * from this and keeps no list of ops. The kernels that make it fast stand in plan tables, one a language.
 */
export interface Op<Attrs extends Attributes = NoAttributes> {
  readonly name: string;
  /** Output specs from input specs. Throws ShapeError or DTypeError; touches no data. */
  outputs(inputs: readonly (Spec | undefined)[], attrs: Attrs): Spec[];
  readonly meaning: Meaning<Attrs>;
  /** Absent: an expression is differentiated symbolically, a composition through its parts, loops not at all. */
  readonly gradient?: Gradient<Attrs>;
  /** Views of inputs and steps on the host, which every device can run. Asked after the plan tables. */
  readonly plan?: PlanOf<Attrs>;
  /** The family with the op's plan tables. Absent for ops without kernels. */
  readonly family?: OpFamily;
}

/** The definition of an op: the oracle of every test, in float64. */
export type Meaning<Attrs> =
  | { readonly loops: ReferenceLoops<Attrs> }
  | { readonly composition: Composition<Attrs> }
  | { readonly expression: ExpressionOf<Attrs> };

export interface ReferenceArray extends Spec {
  readonly data: Float64Array;
}

/** Fills the outputs, which come zeroed. Every dtype is held in float64, which is exact for all of them. */
export type ReferenceLoops<Attrs> = (
  inputs: readonly (ReferenceArray | undefined)[],
  outputs: readonly ReferenceArray[],
  attrs: Attrs,
  scalars: readonly number[],
) => void;

/** The op in terms of other ops. `backend` is for ops without inputs. */
export type Composition<Attrs> = (
  inputs: readonly (Tensor | undefined)[],
  attrs: Attrs,
  scalars: readonly number[],
  backend: Backend,
) => Tensor[];

/** Scalars of the expression are the call's scalars; its inputs are the op's inputs that are present, in order. */
export type ExpressionOf<Attrs> = (inputs: readonly (Spec | undefined)[], attrs: Attrs) => Expression;

export interface GradientContext<Attrs> {
  /** Absent where the op had none, and where `reads` does not name it. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly (Tensor | undefined)[];
  readonly inputSpecs: readonly (Spec | undefined)[];
  readonly outputSpecs: readonly Spec[];
  /** Absent where nothing depends on that output: a zero gradient. May be donated where nothing else views its memory. */
  readonly outputGradients: readonly (Tensor | undefined)[];
  /** Which inputs need a gradient. */
  readonly needed: readonly boolean[];
  /** Whether saved inputs and outputs may be donated too: nothing will read them again through this record. */
  readonly isLastUse?: boolean;
  readonly attrs: Attrs;
  readonly scalars: readonly number[];
}

export interface Gradient<Attrs> {
  /** The inputs and outputs whose values the rule reads, by index: nothing else is kept for the backward pass. */
  reads(attrs: Attrs): { readonly inputs: readonly number[]; readonly outputs: readonly number[] };
  /** Gradients of the needed inputs, made of ops, so that they can be differentiated again. */
  apply(context: GradientContext<Attrs>): (Tensor | undefined)[];
}

/** A pure function from specs to launches: tested without a device. */
export type PlanOf<Attrs> = (
  inputs: readonly (Spec | undefined)[],
  attrs: Attrs,
  limits: Limits,
  donated: readonly boolean[],
) => Plan;

/** A plan in a plan table. It gets the op that it is for, so that a table holds no op and keeps none in a program. */
export type KernelPlan<Attrs> = (
  inputs: readonly (Spec | undefined)[],
  attrs: Attrs,
  limits: Limits,
  donated: readonly boolean[],
  // biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in the functions of an op
  op: Pick<Op<any>, "outputs">,
) => Plan;

/** Plans by the name of their op, all in one language. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in plans
export type PlanTable = ReadonlyMap<string, KernelPlan<any>>;

/** Ops whose plans load together, when a device that speaks their language opens: see `opFamily`. */
export interface OpFamily {
  /** The loaded tables by language. */
  readonly tables: ReadonlyMap<string, PlanTable>;
  isLoading(language: string): boolean;
  /** Loads the table of a language once, or again if that failed. */
  load(language: string): Promise<void>;
}

export interface Plan {
  readonly launches: readonly PlannedLaunch[];
  readonly temporaries: readonly Spec[];
  /**
   * Outputs that live in the memory of an input, `byteOffset` bytes into it. An input that is written must be donated;
   * an alias of an input that no launch writes is a view.
   */
  readonly aliases: readonly (readonly [output: number, input: number, byteOffset?: number])[];
  /**
   * Outputs that share a piece of memory, in ascending order, each where `groupLayout` says. A launch that names the first of a group gets all of
   * it, so that a kernel with many outputs needs few bindings.
   */
  readonly groups?: readonly (readonly number[])[];
}

/** One call of an op, as executors pass it on. */
export interface OpCall<Attrs extends Attributes = Attributes> {
  readonly op: Op<Attrs>;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attrs: Attrs;
  /** Numbers that may change from call to call without a recompilation. */
  readonly scalars: readonly number[];
  /** Inputs whose memory the op may reuse; they are disposed by the call, and views of their memory see the output. */
  readonly donated: readonly boolean[];
  readonly backend: Backend;
}

/** Any op, where the attributes do not matter. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in the functions of an op
export type AnyOp = Op<any>;
