import type { KernelSchema } from "../devices/kernel-schema.ts";
import type { Kernel, KernelLaunch, RangeCheck, ScalarSlot, Slot, Work } from "../devices/launch.ts";

/** A kernel whose operands have names. */
export interface NamedKernel<Schema extends KernelSchema> extends Kernel {
  readonly schema: Schema;
}

/** A value for each name, which may be undefined where the name ends in `?`. */
type Named<Names extends string, Value> = {
  readonly [Name in Names as Name extends `${string}?` ? never : Name]: Value;
} & {
  readonly [Name in Names as Name extends `${infer Plain}?` ? Plain : never]: Value | undefined;
};

/** What a kernel with this schema is launched with. */
export interface NamedOperands<Schema extends KernelSchema> {
  readonly reads: Named<Schema["reads"][number], Slot>;
  readonly writes: Named<Schema["writes"][number], Slot>;
  readonly parameters: Named<keyof Schema["parameters"] & string, number | ScalarSlot>;
  readonly work: Work;
  readonly check?: RangeCheck | undefined;
}

/**
 * A launch of a kernel, its operands by name. A wrong or a missing name does not compile.
 *
 * @example planLaunch(wasmKernel(module, "fill", kernels), { reads: {}, writes: { y }, parameters: { value: 1 }, work })
 */
export function planLaunch<Schema extends KernelSchema>(
  kernel: NamedKernel<Schema>,
  { reads, writes, parameters, work, check }: NamedOperands<Schema>,
): KernelLaunch<Slot, ScalarSlot> {
  const { schema } = kernel;
  return {
    kind: "kernel",
    kernel,
    reads: inOrder<Slot>(schema.reads, reads),
    writes: inOrder<Slot>(schema.writes, writes),
    parameters: inOrder<number | ScalarSlot>(Object.keys(schema.parameters), parameters) as number[],
    work,
    check,
  };
}

const inOrder = <Value>(names: readonly string[], values: object): (Value | undefined)[] =>
  names.map((name) => (values as { readonly [name: string]: Value | undefined })[name.replace("?", "")]);
