/** Where the first value that is NaN or infinite came from. */
export interface NonFiniteOrigin {
  /** What it was there. */
  readonly found: "NaN" | "infinity";
  /**
   * What made it: an operation from finite values, or a parameter, a buffer or an input (of the batch, or another constant) that held
   * it before.
   */
  readonly source: "operation" | "parameter" | "buffer" | "input";
  /** The operation that made it, or that read the input. */
  readonly operation?: string;
  readonly pass?: "forward" | "backward";
  /** In the backward pass, the operation of the forward pass whose gradient it was. */
  readonly gradientOf?: string;
  /** The path of the layer, or of the parameter or buffer; "" is the model itself. Absent outside of the model, as in the loss. */
  readonly path?: string;
  /** The description of the layer: `Linear 100 -> 10`. */
  readonly kind?: string;
  /** The operation that turned infinity into NaN later, if one did. */
  readonly becameNaN?: NonFinitePlace;
  /** In words: "NaN came from finite values in `log` in the forward pass of 3 (Log)". */
  toString(): string;
}

/** What it consists of. */
export type OriginParts = Omit<NonFiniteOrigin, "toString">;

/** An operation of a pass. */
export type NonFinitePlace = Pick<NonFiniteOrigin, "operation" | "pass" | "gradientOf" | "path" | "kind">;
