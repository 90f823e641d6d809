import { expect, test } from "vitest";
import { tensor } from "../../creation/tensor.ts";
import { buildExpression, e } from "../../expression/index.ts";
import { add } from "../../ops/elementwise/arithmetic.ts";
import { sumOp } from "../../ops/reduction/sum.ts";
import { MemoryBackend } from "../../testing/memory-backend.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { execute, findPlanner } from "../executor.ts";
import type { AnyOp, Meaning, NoAttributes, Op, OpFamily, PlanOf } from "../op.ts";
import { loadPlans, makeOpFamily } from "./plan-tables.ts";
import { makeWgslKernel } from "./wgsl.ts";

/** A backend of one language, and what it launches for a call. */
function makeDevice(language: string): { listKinds(op: AnyOp): string[] } {
  const backend = new RecordingBackend(new MemoryBackend({ languages: [language] }));
  const x = tensor([1, 2], { backend });
  return {
    listKinds(op) {
      backend.launches.length = 0;
      execute(op, [x], {});
      return backend.launches.map(({ kind }) => kind);
    },
  };
}

const inTwoSteps: Meaning<NoAttributes> = { composition: ([x]) => [add(add(x!, x!), 0)] };
const makeOp = (family: OpFamily, meaning: Meaning<NoAttributes> = inTwoSteps): Op => ({
  name: "twice",
  outputs: ([x]) => [x!],
  meaning,
  family,
});

const plan: PlanOf<object> = () => ({
  launches: [
    {
      kind: "kernel",
      kernel: makeWgslKernel({ entry: "twice", code: "", schema: { reads: {}, writes: {}, parameters: {} } }),
      parameters: [],
      work: { workgroups: [1, 1, 1] },
      reads: [{ input: 0 }],
      writes: [{ output: 0 }],
    },
  ],
  temporaries: [],
  aliases: [],
});

test("an op runs as a composition until its plan is loaded, and then by the plan", async () => {
  const op: Op = makeOp(makeOpFamily({ sooner: async () => ({ plans: new Map([["twice", plan]]) }) }));
  const { listKinds } = makeDevice("sooner");
  expect(listKinds(op)).toEqual(["expression", "expression"]);
  await loadPlans(["sooner"]);
  expect(listKinds(op)).toEqual(["kernel"]);
});

test("a family that is created after a device has opened begins to load, and the op then uses its plan", async () => {
  await loadPlans(["later"]);
  let arrive = (): void => {};
  const arrival = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const family = makeOpFamily({
    later: async () => {
      await arrival;
      return { plans: new Map([["twice", plan]]) };
    },
  });
  const expression = buildExpression({ inputs: ["f32"] }, ([x]) => e.add(x!, x!));
  const ops: AnyOp[] = [makeOp(family), makeOp(family, { expression: () => expression })];
  const { listKinds } = makeDevice("later");
  expect(ops.map(listKinds)).toEqual([["expression", "expression"], ["expression"]]);
  arrive();
  await loadPlans(["later"]);
  expect(ops.map(listKinds)).toEqual([["kernel"], ["kernel"]]);
});

test("devices that open at the same time, or again, load tables once", async () => {
  let fetches = 0;
  const load = async () => {
    fetches++;
    return { plans: new Map() };
  };
  makeOpFamily({ once: load, other: () => Promise.reject(new Error("nobody speaks this")) });
  await Promise.all([loadPlans(["once"]), loadPlans(["once"])]);
  await loadPlans(["once"]);
  expect(fetches).toBe(1);
});

test("a failed load rejects with the reason and is tried again", async () => {
  let isOnline = false;
  const op: Op = makeOp(
    makeOpFamily({
      flaky: async () => {
        if (!isOnline) throw new Error("found no network");
        return { plans: new Map([["twice", plan]]) };
      },
    }),
  );
  await expect(loadPlans(["flaky"])).rejects.toThrow("found no network");
  expect(findPlanner(op, { languages: ["flaky"] })).toBeUndefined();
  isOnline = true;
  await loadPlans(["flaky"]);
  expect(findPlanner(op, { languages: ["flaky"] })).toBeDefined();
});

test("the ops of this package have plans in WGSL once they are loaded", async () => {
  expect(findPlanner(sumOp, { languages: ["wgsl"] })).toBeUndefined();
  await loadPlans(["wgsl"]);
  expect(findPlanner(sumOp, { languages: ["wgsl"] })).toBeDefined();
});

test("a family without loaders is refused, before any device opens", () => {
  expect(() => makeOpFamily(null as never)).toThrow("makeOpFamily: loaders: found null");
  expect(() => makeOpFamily({ wasm: 3 } as never)).toThrow(
    "expected an object with a function for each language",
  );
});
