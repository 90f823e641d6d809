import { batchnorm } from "./batchnorm.ts";
import { conv } from "./conv.ts";
import { launch } from "./launch.ts";
import { load } from "./load.ts";
import { matmul } from "./matmul.ts";
import { memory } from "./memory.ts";
import { size } from "./size.ts";
import type { Suite } from "./suite.ts";
import { trainStep } from "./train-step.ts";

export const suites: readonly Suite[] = [batchnorm, matmul, conv, launch, trainStep, memory, size, load];
