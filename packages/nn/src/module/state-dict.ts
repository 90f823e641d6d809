import type { Backend, Spec } from "@evenkeel/tensor";
import { aliasOf, EvenkeelError, formatSpec, fromData, sameShape, scope, Tensor } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { copyOf } from "./copy.ts";
import type { AnyModule } from "./module.ts";
import { Buffer, Counter, Parameter } from "./variable.ts";

/** A value in saved state: tensors stay on the device, counters live in host memory. */
export type StateValue = Tensor | StoredArray;

/** Saved state by PyTorch's names. */
export interface StateDict {
  [name: string]: StateValue;
}

/** What `loadStateDict` takes: a model's state, or what a file holds. */
export type StateSource = Readonly<StateDict> | ReadonlyMap<string, StateValue>;

/** How strict loading is. */
export interface LoadOptions {
  /** Whether names must match exactly; shapes and dtypes always must. Default true. */
  readonly strict?: boolean;
}

/** Names that were left alone because `strict` was false. */
export interface LoadReport {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** Saved state belongs to another model. Nothing was changed. */
export class StateDictError extends EvenkeelError {
  override readonly name = "StateDictError";
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** Sentences that show both sides. */
  readonly mismatched: readonly string[];

  constructor({ missing, unexpected, mismatched }: LoadReport & { readonly mismatched: readonly string[] }) {
    super(
      [
        "the saved state does not fit the model.",
        ...section("missing", missing),
        ...section("unexpected", unexpected),
        ...section("mismatched", mismatched),
      ].join("\n"),
    );
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}

const linesShown = 20;

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - linesShown;
  return [
    `${title} (${lines.length}):`,
    ...lines.slice(0, linesShown).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

type Stateful = Parameter | Buffer | Counter;

function* statefulMembers(module: AnyModule): Generator<[string, Stateful]> {
  for (const [path, member] of module.namedMembers()) {
    if (member instanceof Parameter || member instanceof Buffer || member instanceof Counter) {
      yield [path, member];
    }
  }
}

/** See `Module.stateDict`. */
export function stateDictOf(module: AnyModule): StateDict {
  const state: StateDict = {};
  for (const [path, member] of statefulMembers(module)) {
    state[path] = member instanceof Counter ? arrayOfCounter(member) : aliasOf(member.value);
  }
  return state;
}

const arrayOfCounter = ({ value }: Counter): StoredArray => ({
  shape: [],
  dtype: "i32",
  data: Int32Array.of(value),
  fileDtype: "I64",
});

/**
 * Every value of the model as of this call, in host memory: what files are written from.
 *
 * @example const bytes = writeSafetensors(await stateArrays(model), { format: "pt" });
 */
export async function stateArrays(module: AnyModule): Promise<Map<string, StoredArray>> {
  const entries = [...statefulMembers(module)].map(
    async ([path, member]): Promise<[string, StoredArray]> => [
      path,
      member instanceof Counter ? arrayOfCounter(member) : await arrayOf(member.value),
    ],
  );
  return new Map(await Promise.all(entries));
}

/** A tensor's values in host memory. */
export async function arrayOf(value: Tensor): Promise<StoredArray> {
  const { shape, dtype } = value;
  const data = await value.data();
  // The float64 reference keeps f32 in doubles; files do not.
  return { shape, dtype, data: data instanceof Float64Array ? Float32Array.from(data) : data };
}

const mapOf = (source: StateSource): ReadonlyMap<string, StateValue> =>
  source instanceof Map ? source : new Map(Object.entries(source));

/** Compares names, shapes and dtypes, and changes nothing. Throws StateDictError. */
export function checkStateDict(
  module: AnyModule,
  source: StateSource,
  { strict = true }: LoadOptions = {},
): LoadReport {
  const state = mapOf(source);
  const members = new Map(statefulMembers(module));
  const missing = [...members].flatMap(([path, member]) =>
    state.has(path) || member instanceof Counter ? [] : [path],
  );
  const unexpected = [...state.keys()].filter((path) => !members.has(path));
  const mismatched = [...members].flatMap(([path, member]) => mismatch(path, member, state.get(path)));
  if (mismatched.length > 0 || (strict && missing.length + unexpected.length > 0)) {
    throw new StateDictError({
      missing: strict ? missing : [],
      unexpected: strict ? unexpected : [],
      mismatched,
    });
  }
  return { missing, unexpected };
}

/** Checks everything, then copies everything, then assigns: a model is never half written. */
export function loadStateDict(module: AnyModule, source: StateSource, options: LoadOptions): LoadReport {
  const report = checkStateDict(module, source, options);
  assignAll(new Map(statefulMembers(module)), mapOf(source), options.strict ?? true);
  return report;
}

function mismatch(path: string, member: Stateful, found: StateValue | undefined): string[] {
  if (found === undefined) return [];
  const expected: Spec = member instanceof Counter ? { shape: [], dtype: "i32" } : member.spec;
  if (!sameShape(found.shape, expected.shape) || found.dtype !== expected.dtype) {
    return [`${path}: found ${formatSpec(found)}, expected ${formatSpec(expected)}`];
  }
  if (!(found instanceof Tensor)) return [];
  if (member instanceof Counter) {
    return [`${path}: found a tensor on a device, expected an array in host memory`];
  }
  const { backend } = member.value;
  return found.backend === backend
    ? []
    : [
        `${path}: found a tensor on another backend (${found.backend.name}), expected one on the model's (${backend.name})`,
      ];
}

function assignAll(
  members: ReadonlyMap<string, Stateful>,
  state: ReadonlyMap<string, StateValue>,
  strict: boolean,
): void {
  // A failure on the way, such as a full memory, leaves the scope, and with it every copy, behind.
  scope(() => {
    const assignments = [...members].flatMap(([path, member]): (() => void)[] => {
      const found = state.get(path);
      if (member instanceof Counter) {
        return found === undefined && !strict ? [] : [() => assignCounter(member, found)];
      }
      if (found === undefined) return [];
      const next = found instanceof Tensor ? copyOf(found) : upload(found, member.value.backend);
      return [
        () => {
          member.value = next;
        },
      ];
    });
    for (const assign of assignments) assign();
  });
}

const upload = ({ data, shape, dtype }: StoredArray, backend: Backend): Tensor =>
  fromData(data, { shape, dtype }, { backend });

function assignCounter(counter: Counter, found: StateValue | undefined): void {
  counter.value = found instanceof Tensor || found === undefined ? 0 : found.data[0]!;
}
