import type { Chart } from "../charts/charts.ts";
import type { Pictures } from "../pictures/picture.ts";

/** A cell of a table: its text, or a text that is emphasized. */
export type Cell = string | { readonly text: string; readonly tone: "strong" | "bad" | "good" };

export interface Column {
  readonly name: string;
  /** Stands behind the name in brackets. */
  readonly unit?: string;
  /** By default the first column is text, and the others are numbers, which stand at the right. */
  readonly kind?: "text" | "number";
}

/** A row of cells, one with a bold text in every cell, or a heading within the table. */
export type TableRow =
  | readonly Cell[]
  | { readonly cells: readonly Cell[]; readonly isStrong: true }
  | { readonly heading: string };

export interface Table {
  readonly kind: "table";
  readonly caption?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
  /** Takes the whole width of the page. */
  readonly isWide?: boolean;
}

export interface Word {
  readonly text: string;
  /** From -1 (against) through 0 to 1 (in favour), which gives the color and the strength of the background. */
  readonly weight: number;
}

/** A text whose words carry weights. */
export interface Highlights {
  readonly kind: "highlights";
  readonly words: readonly Word[];
  /** Bold words in front of the text, such as the true and the predicted class. */
  readonly heading?: string;
  readonly caption?: string;
  /** How words are joined: by spaces, unless the texts are characters or have their spaces. */
  readonly separator?: string;
}

export interface Paragraph {
  readonly kind: "paragraph";
  readonly text: string;
  readonly tone?: "plain" | "note";
}

export interface List {
  readonly kind: "list";
  readonly items: readonly string[];
}

/** Blocks that are shown on demand. */
export interface Fold {
  readonly kind: "fold";
  readonly heading: string;
  readonly blocks: readonly Block[];
}

/** Blocks stand side by side where the page is wide enough; pictures, highlights, lists and folds take the whole width. */
export type Block = Table | Chart | Pictures | Highlights | Paragraph | List | Fold;

export interface Section {
  /** Only the first section, which follows the findings, can do without. */
  readonly heading?: string;
  readonly note?: string;
  readonly blocks: readonly Block[];
}

/** A page: the title, what was run and where, what was found, and sections with the details. */
export interface Report {
  readonly title: string;
  /** The name of the page in a browser's tab; by default the title. */
  readonly name?: string;
  /** Lines of small print: data, model, machine, seed, date, version. */
  readonly setting: readonly string[];
  /** Sentences, which become one paragraph. */
  readonly findings: readonly string[];
  readonly sections: readonly Section[];
}
