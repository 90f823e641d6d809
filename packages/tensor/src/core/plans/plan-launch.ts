import type { KernelSchema, ParameterType, WgslSchema } from "../devices/kernel-schema.ts";
import type { Kernel, KernelLaunch, RangeCheck, ScalarSlot, Slot, Work } from "../devices/launch.ts";

type AnySchema = KernelSchema | WgslSchema;

/** A kernel with named operands. */
export interface NamedKernel<Schema extends AnySchema> extends Kernel {
  readonly schema: Schema;
}

/** A value for each name; it may be undefined if the name ends in `?` or is known only at run time. */
type Named<Names extends string, Value> = {
  readonly [Name in Names as Name extends `${string}?` ? never : Name]: string extends Name
    ? Value | undefined
    : Value;
} & {
  readonly [Name in Names as Name extends `${infer Plain}?` ? Plain : never]: Value | undefined;
};

type NamesOf<Operands> = Operands extends readonly string[] ? Operands[number] : keyof Operands & string;

type Four<Value> = readonly [Value, Value, Value, Value];

type OfType<Type, Value> = Type extends ParameterType
  ? Value
  : Type extends `vec2${string}`
    ? readonly [Value, Value]
    : Type extends `vec4${string}`
      ? Four<Value>
      : readonly Four<Value>[];

/** The values of the parameters of a kernel with this schema. */
export type NamedParameters<Schema extends Pick<AnySchema, "parameters">, Value = number | ScalarSlot> = {
  readonly [Name in keyof Schema["parameters"]]: OfType<Schema["parameters"][Name], Value>;
};

/** The arguments of a launch of a kernel with this schema. */
export interface NamedOperands<Schema extends AnySchema> {
  readonly reads: Named<NamesOf<Schema["reads"]>, Slot>;
  readonly writes: Named<NamesOf<Schema["writes"]>, Slot>;
  readonly parameters: NamedParameters<Schema>;
  readonly work: Work;
  readonly check?: RangeCheck | undefined;
}

/**
 * A launch of a kernel, with its operands by name. A wrong or missing name does not compile.
 *
 * @example planLaunch(makeWasmKernel(module, "fill", kernels), { reads: {}, writes: { y }, parameters: { value: 1 }, work })
 */
export function planLaunch<Schema extends AnySchema>(
  kernel: NamedKernel<Schema>,
  { reads, writes, parameters, work, check }: NamedOperands<Schema>,
): KernelLaunch<Slot, ScalarSlot> {
  const { schema } = kernel;
  return {
    kind: "kernel",
    kernel,
    reads: orderValues<Slot>(listNames(schema.reads), reads),
    writes: orderValues<Slot>(listNames(schema.writes), writes),
    parameters: orderParameters(kernel, parameters),
    work,
    check,
  };
}

/** The words of named parameters, in the order of the launch. */
export const orderParameters = <Schema extends AnySchema, Value>(
  { schema }: NamedKernel<Schema>,
  parameters: NamedParameters<Schema, Value>,
): Value[] => orderValues<unknown>(Object.keys(schema.parameters), parameters).flat(2) as Value[];

const listNames = (operands: AnySchema["reads"]): readonly string[] =>
  Array.isArray(operands) ? operands : Object.keys(operands);

const orderValues = <Value>(names: readonly string[], values: object): (Value | undefined)[] =>
  names.map((name) => (values as { readonly [name: string]: Value | undefined })[name.replace("?", "")]);
