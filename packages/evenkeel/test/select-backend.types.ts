import type { BackendFactory } from "@evenkeel/tensor";
import { cpu, selectBackend, webgpu } from "../src/index.ts";

// These functions are not called: the compiler checks them.

export const options: () => BackendFactory[] = () => [
  cpu({ threads: 2 }),
  webgpu({ software: true, without: ["subgroups"] }),
  // @ts-expect-error an option that is misspelt
  cpu({ thread: 2 }),
  // @ts-expect-error a value of another type
  cpu({ threads: "2" }),
  // @ts-expect-error an option that is misspelt
  webgpu({ sofware: true }),
  // @ts-expect-error a feature that does not exist
  webgpu({ without: ["subgroup"] }),
];

export const selections: () => Promise<unknown>[] = () => [
  selectBackend([cpu(), webgpu()], { prefer: "webgpu" }),
  selectBackend([cpu(), webgpu()], { prefer: undefined }),
  selectBackend(options(), { prefer: "webgpu" as string }),
  // @ts-expect-error a name that is not in the list
  selectBackend([cpu()], { prefer: "webgpu" }),
  // @ts-expect-error a name that is misspelt
  selectBackend([cpu(), webgpu()], { prefer: "webGPU" }),
  // @ts-expect-error options stand in the factories
  selectBackend([cpu(), webgpu()], { threads: 2 }),
  // @ts-expect-error a function that makes a factory, without its call
  selectBackend([cpu]),
];
