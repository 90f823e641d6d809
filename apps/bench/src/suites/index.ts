import { attention } from "./attention.ts";
import { batchnorm } from "./batchnorm.ts";
import { conv } from "./conv.ts";
import { fit } from "./fit.ts";
import { inference } from "./inference.ts";
import { launch } from "./launch.ts";
import { load } from "./load.ts";
import { matmul } from "./matmul.ts";
import { memory } from "./memory.ts";
import { recurrent } from "./recurrent.ts";
import { size } from "./size.ts";
import type { Suite } from "./suite.ts";
import { trainStep } from "./train-step.ts";

export const suites: readonly Suite[] = [
  ...[batchnorm, matmul, conv, launch, trainStep],
  ...[fit, inference, attention, recurrent],
  ...[memory, size, load],
];
