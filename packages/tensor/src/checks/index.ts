export { getBuiltinName } from "./builtin-name.ts";
export { checkOptions, checkTensors, checkValue, describeValue } from "./check.ts";
export { isContainer, isRecord, listContents } from "./containers.ts";
export type { Rule, Rules } from "./rules.ts";
export {
  aBackend,
  anAbortSignal,
  anArray,
  anyNumber,
  anything,
  aSeed,
  aTensor,
  axes,
  belowOne,
  callable,
  comparable,
  either,
  finite,
  fraction,
  integer,
  listOf,
  marginsOf,
  nonNegative,
  nonNegativeInteger,
  nonZero,
  nullOr,
  oneOf,
  perDimension,
  positive,
  positiveInteger,
  seedWord,
  text,
  yesOrNo,
} from "./rules.ts";
