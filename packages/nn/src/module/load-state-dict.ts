import type { Backend, Spec, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  describeBackend,
  formatSpec,
  fromData,
  isSameShape,
  isTensor,
  scope,
} from "@evenkeel/tensor";
import {
  checkOptions,
  describeValue,
  either,
  getBuiltinName,
  listOf,
  text,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { copyTensor } from "./copy.ts";
import type { ModuleNode } from "./member.ts";
import type { StateDict, StateValue } from "./state-dict.ts";
import { listStatefulMembers } from "./state-dict.ts";
import { StateDictError } from "./state-dict-error.ts";
import type { Stateful } from "./variable.ts";
import { Counter } from "./variable.ts";

/** What `loadStateDict` takes: the state of a model, or the tensors of a file. */
export type StateSource = Readonly<StateDict> | ReadonlyMap<string, StateValue>;

/** Which part of a saved state is loaded, and how strictly. */
export interface LoadOptions {
  /** Whether names must match exactly; shapes and dtypes always must. Default true. */
  readonly strict?: boolean;
  /** Names of parameters or modules to leave as they are, such as a new head, `"classifier"`. Default: none. */
  readonly except?: string | readonly string[];
}

/** What was done about each name. */
export interface LoadReport {
  /** Names of the model whose values were loaded. */
  readonly loaded: readonly string[];
  /** Names of the model that were left as they were because of `except`. */
  readonly excepted: readonly string[];
  /** Names of the model that the saved state does not have; none where loading is strict. */
  readonly missing: readonly string[];
  /** Names of the saved state that the model does not have; none where loading is strict. */
  readonly unexpected: readonly string[];
}

const toMap = (source: StateSource): ReadonlyMap<string, StateValue> =>
  getBuiltinName(source) === "Map"
    ? (source as ReadonlyMap<string, StateValue>)
    : new Map(Object.entries(source));

/** The names of the model and of the saved state, and their differences. */
interface Comparison extends LoadReport {
  readonly members: ReadonlyMap<string, Stateful>;
  readonly state: ReadonlyMap<string, StateValue>;
  readonly mismatched: readonly string[];
}

function compare(module: ModuleNode, source: StateSource, options: LoadOptions): Comparison {
  checkOptions<LoadOptions>("loadStateDict", options, {
    strict: yesOrNo,
    except: either(text, listOf(text)),
  });
  if (typeof source !== "object" || source === null) {
    throw new ArgumentError(
      `loadStateDict: state: found ${describeValue(source)}, expected names and values`,
    );
  }
  const [all, given] = [listStatefulMembers(module), toMap(source)];
  const isExcepted = makeException(options, [...all.keys(), ...given.keys()]);
  const members = new Map([...all].filter(([path]) => !isExcepted(path)));
  const state = new Map([...given].filter(([path]) => !isExcepted(path)));
  const found = [...members].filter(([path]) => state.has(path));
  // A parameter with two names is present when the state has one of them.
  const present = new Set(found.map(([, member]) => member));
  const isMissing = (member: Stateful) => !present.has(member) && !(member instanceof Counter);
  const mismatched = found.flatMap(([path, member]) => findMismatch(path, member, state.get(path)!));
  return {
    members,
    state,
    loaded: [...members].flatMap(([path, member]) => (present.has(member) ? [path] : [])),
    excepted: [...all.keys()].filter(isExcepted),
    missing: [...members].flatMap(([path, member]) => (isMissing(member) ? [path] : [])),
    unexpected: [...state.keys()].filter((path) => !members.has(path)),
    mismatched: mismatched.length > 0 ? mismatched : findContradictions(found, state),
  };
}

/** Whether `except` covers a path. Throws ArgumentError for a name that covers nothing, which may be a misspelling. */
function makeException({ except = [] }: LoadOptions, paths: readonly string[]): (path: string) => boolean {
  const names = typeof except === "string" ? [except] : except;
  const isWithin = (path: string, name: string) => path === name || path.startsWith(`${name}.`);
  for (const name of names) {
    if (!paths.some((path) => isWithin(path, name))) {
      throw new ArgumentError(
        `loadStateDict: except: found ${describeValue(name)}, expected a name of the model or of the saved state`,
      );
    }
  }
  return (path) => names.some((name) => isWithin(path, name));
}

/** A message for each parameter that has different values under two of its names. */
function findContradictions(
  found: readonly [string, Stateful][],
  state: ReadonlyMap<string, StateValue>,
): string[] {
  const firstPath = new Map<Stateful, string>();
  return found.flatMap(([path, member]) => {
    const first = firstPath.get(member);
    if (first === undefined) firstPath.set(member, path);
    return first === undefined || areSame(state.get(first)!, state.get(path)!)
      ? []
      : [
          `${path}: found values that differ from those of ${first}, expected the same values: both are names of one parameter`,
        ];
  });
}

/** Tensors are compared by identity: their values are not read. */
function areSame(a: StateValue, b: StateValue): boolean {
  if (isTensor(a) || isTensor(b)) {
    // Each copy of the package counts its own tensors.
    return isTensor(a) && isTensor(b) && a.id === b.id && a.storage === b.storage;
  }
  return (
    a.data === b.data ||
    (a.data.length === b.data.length && a.data.every((x, at) => Object.is(x, b.data[at])))
  );
}

/**
 * Compares names, shapes and dtypes, and changes nothing. Throws StateDictError, which says `where` the state comes from.
 */
export function checkStateDict(
  module: ModuleNode,
  source: StateSource,
  options: LoadOptions = {},
  where?: string,
): Comparison {
  const comparison = compare(module, source, options);
  const { missing, unexpected, mismatched } = comparison;
  const { strict = true } = options;
  if (mismatched.length > 0 || (strict && missing.length + unexpected.length > 0)) {
    const names = strict ? { missing, unexpected } : { missing: [], unexpected: [] };
    throw new StateDictError({ ...names, mismatched }, where);
  }
  return comparison;
}

/** Checks everything, then copies everything, then assigns, so that a model is never half loaded. */
export function loadStateDict(
  module: ModuleNode,
  source: StateSource,
  options: LoadOptions = {},
  where?: string,
): LoadReport {
  const checked = checkStateDict(module, source, options, where);
  const { loaded, excepted, missing, unexpected } = checked;
  assignAll(checked.members, checked.state, options.strict ?? true);
  return { loaded, excepted, missing, unexpected };
}

function findMismatch(path: string, member: Stateful, found: StateValue): string[] {
  const expected: Spec = member instanceof Counter ? { shape: [], dtype: "i32" } : member.spec;
  if (!Array.isArray(found?.shape)) {
    return [`${path}: found ${describeValue(found)}, expected ${formatSpec(expected)}`];
  }
  if (!isSameShape(found.shape, expected.shape) || found.dtype !== expected.dtype) {
    return [`${path}: found ${formatSpec(found)}, expected ${formatSpec(expected)}`];
  }
  if (!isTensor(found)) return [];
  if (member instanceof Counter) {
    return [`${path}: found a tensor on a device, expected an array in host memory`];
  }
  const { backend } = member.value;
  return found.backend === backend
    ? []
    : [
        `${path}: found a tensor on another backend (${describeBackend(found.backend)}), expected one on the model's (${describeBackend(backend)})`,
      ];
}

/** A member with several names takes the value of the first one that the state has. */
function findValues(
  members: ReadonlyMap<string, Stateful>,
  state: ReadonlyMap<string, StateValue>,
): Map<Stateful, StateValue | undefined> {
  const values = new Map<Stateful, StateValue | undefined>();
  for (const [path, member] of members) values.set(member, values.get(member) ?? state.get(path));
  return values;
}

function assignAll(
  members: ReadonlyMap<string, Stateful>,
  state: ReadonlyMap<string, StateValue>,
  strict: boolean,
): void {
  // When a copy fails, as for want of memory, the scope frees those before it.
  scope(() => {
    const assignments = [...findValues(members, state)].flatMap(([member, found]): (() => void)[] => {
      if (member instanceof Counter) {
        return found === undefined && !strict ? [] : [() => assignCounter(member, found)];
      }
      if (found === undefined) return [];
      const next = isTensor(found) ? copyTensor(found) : upload(found, member.value.backend);
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
  counter.value = isTensor(found) || found === undefined ? 0 : found.data[0]!;
}
