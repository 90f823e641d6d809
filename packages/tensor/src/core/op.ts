import type { Expression } from "../expression/expression.ts";
import type { Backend, Limits } from "./devices/backend.ts";
import type { PlannedLaunch } from "./devices/launch.ts";
import type { Tensor } from "./memory/tensor.ts";
import type { Spec } from "./spec.ts";

/** The static options of an op. They are part of the key of every cache, so they are plain JSON data. */
export type Attributes = object;
export type NoAttributes = Record<string, never>;

/**
 * An operation as one plain object: its meaning and its gradient. Everything else - backends, autodiff, conformance - works
 * with this object and has no list of ops. The kernels are in plan tables, one for each language.
 */
export interface Op<Attrs extends Attributes = NoAttributes> {
  readonly name: string;
  /** The specs of the outputs, from those of the inputs. Throws ShapeError or DTypeError; reads no data. */
  outputs(inputs: readonly (Spec | undefined)[], attrs: Attrs): Spec[];
  readonly meaning: Meaning<Attrs>;
  /** Without it, an expression is differentiated symbolically and a composition through its parts; loops have no gradient. */
  readonly gradient?: Gradient<Attrs>;
  /** Plans of views and host steps, which every device can run. They are used if no plan table has a plan. */
  readonly plan?: PlanOf<Attrs>;
  /** The family with the op's plan tables; undefined for ops without kernels. */
  readonly family?: OpFamily;
}

/** The definition of an op in float64, the reference for every test. */
export type Meaning<Attrs> =
  | { readonly loops: ReferenceLoops<Attrs> }
  | { readonly composition: Composition<Attrs> }
  | { readonly expression: ExpressionOf<Attrs> };

export interface ReferenceArray extends Spec {
  readonly data: Float64Array;
}

/** Fills the outputs, which are initialized with zeros. Values of all dtypes are in float64, which represents them exactly. */
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

/** The scalars of the expression are those of the call; its inputs are the inputs of the op that are present, in order. */
export type ExpressionOf<Attrs> = (inputs: readonly (Spec | undefined)[], attrs: Attrs) => Expression;

export interface GradientContext<Attrs> {
  /** Undefined for an absent input, and for one that `reads` does not name. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly (Tensor | undefined)[];
  readonly inputSpecs: readonly (Spec | undefined)[];
  readonly outputSpecs: readonly Spec[];
  /** Undefined, which means zero, if nothing depends on the output. It may be donated if nothing else views its memory. */
  readonly outputGradients: readonly (Tensor | undefined)[];
  /** Which inputs need a gradient. */
  readonly needed: readonly boolean[];
  /** Whether saved inputs and outputs may be donated too, because this record will not be used again. */
  readonly isLastUse?: boolean;
  readonly attrs: Attrs;
  readonly scalars: readonly number[];
}

export interface Gradient<Attrs> {
  /** The indices of the inputs and outputs whose values the rule reads. Only these are kept for the backward pass. */
  reads(attrs: Attrs): { readonly inputs: readonly number[]; readonly outputs: readonly number[] };
  /** The gradients of the needed inputs, computed by ops, so that they can be differentiated again. */
  apply(context: GradientContext<Attrs>): (Tensor | undefined)[];
}

/** A pure function from specs to launches, which can be tested without a device. */
export type PlanOf<Attrs> = (
  inputs: readonly (Spec | undefined)[],
  attrs: Attrs,
  limits: Limits,
  donated: readonly boolean[],
) => Plan;

/** A plan in a plan table. It gets its op as an argument, so that tables do not import ops. */
export type KernelPlan<Attrs> = (
  inputs: readonly (Spec | undefined)[],
  attrs: Attrs,
  limits: Limits,
  donated: readonly boolean[],
  // biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in the functions of an op
  op: Pick<Op<any>, "outputs">,
) => Plan;

/** The plans of one language by the names of their ops. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in plans
export type PlanTable = ReadonlyMap<string, KernelPlan<any>>;

/** Ops whose plans are loaded together, when a device that uses their language opens: see `makeOpFamily`. */
export interface OpFamily {
  /** The loaded tables by language. */
  readonly tables: ReadonlyMap<string, PlanTable>;
  isLoading(language: string): boolean;
  /** Loads the table of a language once; after a failure, the next call tries again. */
  load(language: string): Promise<void>;
}

export interface Plan {
  readonly launches: readonly PlannedLaunch[];
  readonly temporaries: readonly Spec[];
  /**
   * Outputs in the memory of an input, at `byteOffset` in it. An input that is written must be donated;
   * an alias of an input that no launch writes is a view.
   */
  readonly aliases: readonly (readonly [output: number, input: number, byteOffset?: number])[];
  /**
   * Outputs that share a range of memory, in ascending order, at the offsets of `computeGroupLayout`. A launch that names the
   * first output of a group gets all of the range, so that a kernel with many outputs needs few bindings.
   */
  readonly groups?: readonly (readonly number[])[];
}

/** One call of an op, which executors pass on. */
export interface OpCall<Attrs extends Attributes = Attributes> {
  readonly op: Op<Attrs>;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attrs: Attrs;
  /** Numbers that may change from call to call without a recompilation. */
  readonly scalars: readonly number[];
  /** The inputs whose memory the op may reuse. The call disposes them, and views of their memory see the output. */
  readonly donated: readonly boolean[];
  readonly backend: Backend;
}

/** An op with any attributes. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are contravariant in the functions of an op
export type AnyOp = Op<any>;
