import type { BenchCase } from "../core/bench-case.ts";
import type { ReluQueueTask } from "../core/task.ts";
import { makeSuite, type Suite } from "./suite.ts";

const elements = 1024;

function makeCase(through: ReluQueueTask["through"], launches: number): BenchCase {
  return {
    suite: "launch",
    name: `${through} ${launches}x${elements}`,
    task: { kind: "relu-queue", launches, elements, through },
    roofs: [],
    tolerance: 0,
  };
}

/** The cost of a launch: a queue of launches with negligible work, through the device or through the public function. */
export const launch: Suite = makeSuite("launch", ({ options }) => {
  const launches = options.quick ? 10 : 1000;
  return [makeCase("device", launches), makeCase("function", launches)];
});
