import { EvenkeelError } from "@evenkeel/tensor";

/** The differences between a saved state and a model. */
interface Differences {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly string[];
}

/** A saved state does not fit the model. Nothing was changed. */
export class StateDictError extends EvenkeelError {
  override readonly name = "StateDictError";
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  /** One line for each, with what was found and what was expected. */
  readonly mismatched: readonly string[];

  /** `source` is where the state comes from, such as a file. */
  constructor({ missing, unexpected, mismatched }: Differences, source = "the saved state") {
    super(
      [
        `${source} does not fit the model.`,
        ...formatSection("missing", missing),
        ...formatSection("unexpected", unexpected),
        ...formatSection("mismatched", mismatched),
      ].join("\n"),
    );
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}

const linesShown = 20;

function formatSection(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - linesShown;
  return [
    `${title} (${lines.length}):`,
    ...lines.slice(0, linesShown).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}
