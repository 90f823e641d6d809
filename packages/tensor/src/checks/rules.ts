/** A condition on a value: a text for the message, and a predicate. */
export interface Rule {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

/** One rule for each option of an options object, so that an option without a rule does not compile. */
export type Rules<Options> = { readonly [Name in keyof Required<Options>]: Rule };

const number = (expected: string, test: (value: number) => boolean): Rule => ({
  expected,
  accepts: (value) => typeof value === "number" && test(value),
});

/** Accepts every value, for options that are checked elsewhere. */
export const anything: Rule = { expected: "anything", accepts: () => true };

/** Any number, including infinities and NaN. */
export const anyNumber: Rule = /* @__PURE__ */ number("a number", () => true);

/** A number that can be compared with others, which may be infinite. */
export const comparable: Rule = /* @__PURE__ */ number(
  "a number that is not NaN",
  (value) => !Number.isNaN(value),
);

export const integer: Rule = /* @__PURE__ */ number("an integer", Number.isSafeInteger);

export const positiveInteger: Rule = /* @__PURE__ */ number(
  "a positive integer",
  (value) => Number.isSafeInteger(value) && value > 0,
);

export const nonNegativeInteger: Rule = /* @__PURE__ */ number(
  "a non-negative integer",
  (value) => Number.isSafeInteger(value) && value >= 0,
);

/** One 32-bit word of a random key. */
export const seedWord: Rule = /* @__PURE__ */ number(
  "an integer in [0, 2^32)",
  (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
);

export const finite: Rule = /* @__PURE__ */ number("a finite number", Number.isFinite);

export const nonZero: Rule = /* @__PURE__ */ number(
  "a finite number other than 0",
  (value) => Number.isFinite(value) && value !== 0,
);

export const positive: Rule = /* @__PURE__ */ number(
  "a finite positive number",
  (value) => value > 0 && value < Number.POSITIVE_INFINITY,
);

export const nonNegative: Rule = /* @__PURE__ */ number(
  "a finite non-negative number",
  (value) => value >= 0 && value < Number.POSITIVE_INFINITY,
);

/** A probability, a share or a momentum. */
export const fraction: Rule = /* @__PURE__ */ number(
  "a number in [0, 1]",
  (value) => value >= 0 && value <= 1,
);

/** A share or decay rate below 1: at 1, new values would have no weight. */
export const belowOne: Rule = /* @__PURE__ */ number(
  "a number in [0, 1)",
  (value) => value >= 0 && value < 1,
);

export const yesOrNo: Rule = { expected: "true or false", accepts: (value) => typeof value === "boolean" };

export const text: Rule = { expected: "a string", accepts: (value) => typeof value === "string" };

export const callable: Rule = { expected: "a function", accepts: (value) => typeof value === "function" };

/** Recognized by its members, so that a tensor of another copy of the package is accepted too. */
export const aTensor: Rule = {
  expected: "a tensor",
  accepts: (value) => typeof value === "object" && value !== null && "storage" in value && "dtype" in value,
};

/** Recognized by a member, for the same reason. */
export const aBackend: Rule = {
  expected: "an open backend",
  accepts: (value) => typeof value === "object" && value !== null && "allocate" in value,
};

/** A number, or a source of keys, which is recognized by its members for the same reason. */
export const aSeed: Rule = {
  expected: `${seedWord.expected}, or a RandomSource`,
  accepts: (value) =>
    seedWord.accepts(value) ||
    (typeof value === "object" && value !== null && "next" in value && "fork" in value),
};

/** Recognized by its members, so that a signal of another realm or of a polyfill is accepted too. */
export const anAbortSignal: Rule = {
  expected: "an AbortSignal",
  accepts: (value) =>
    typeof value === "object" && value !== null && "throwIfAborted" in value && "addEventListener" in value,
};

/** Accepts one of the given words. */
export const oneOf = (...words: readonly string[]): Rule => ({
  expected: words.map((word) => JSON.stringify(word)).join(" or "),
  accepts: (value) => words.includes(value as string),
});

/** Accepts a value that at least one of the rules accepts. */
export const either = (...rules: readonly Rule[]): Rule => ({
  expected: rules.map(({ expected }) => expected).join(", or "),
  accepts: (value) => rules.some((rule) => rule.accepts(value)),
});

export const nullOr = (rule: Rule): Rule =>
  either(rule, { expected: "null", accepts: (value) => value === null });

/** An array of any elements. */
export const anArray: Rule = { expected: "an array", accepts: Array.isArray };

/** An array whose elements `rule` accepts, of exactly `length` elements if that is given. */
export const listOf = (rule: Rule, length?: number): Rule => ({
  expected: `an array${length === undefined ? "" : ` of ${length} elements`}, each ${length === undefined ? "element " : ""}${rule.expected}`,
  accepts: (value) => {
    if (!Array.isArray(value) || (length !== undefined && value.length !== length)) return false;
    // `every` would skip holes.
    for (const element of value) if (!rule.accepts(element)) return false;
    return true;
  },
});

/** One value for all of so many dimensions, or an array with one for each. */
export const perDimension = (rule: Rule, dimensions: number): Rule => either(rule, listOf(rule, dimensions));

const margin: Rule = {
  expected: "a non-negative integer or a pair of them",
  accepts: (value) => perDimension(nonNegativeInteger, 2).accepts(value),
};

/** Elements around so many dimensions: a number for all sides, or an array with a number or [before, after] for each dimension. */
export const marginsOf = (dimensions: number): Rule => either(nonNegativeInteger, listOf(margin, dimensions));

/** One axis of a tensor or several. */
export const axes: Rule = /* @__PURE__ */ either(integer, /* @__PURE__ */ listOf(integer));
