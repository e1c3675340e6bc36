/** What a training minimises: the loss of a row's margin against its label, and what follows from it. */

/** A range of rows, from `from` up to but not including `to`. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/** Rows in training order, as an objective sees them. */
export interface ObjectiveRows {
  readonly labels: Float64Array
  readonly weights: Float64Array
  /** For ranking: where each query begins, ascending from 0, then the number of rows. */
  readonly groups?: Int32Array | undefined
}

/** First and second derivatives of the weighted loss by margin, by row. */
export interface Derivatives {
  readonly first: Float64Array
  readonly second: Float64Array
}

/** The margins of all rows, and the rows of which something is asked. */
export interface MarginsOf {
  readonly margins: Float64Array
  readonly range: RowRange
}

export interface Objective {
  /** Margin before any tree: the best constant for the rows of the range. */
  baseMargin(rows: ObjectiveRows, range: RowRange): number
  /** Writes the derivatives of the rows of the range. The same numbers however a range is divided (ranges never divide a query). */
  differentiate(rows: ObjectiveRows, at: MarginsOf, into: Derivatives): void
  /** Weighted mean loss over the range, lower is better; what early stopping watches. */
  loss(rows: ObjectiveRows, margins: Float64Array, range: RowRange): number
  /** The prediction in the label's own scale: a probability, a mean, a quantile. */
  predict(margin: number): number
  /**
   * Where the second derivative says nothing (absolute and quantile loss): the best step for the rows of a leaf, from their
   * residuals `label − margin`. Undefined where Newton's step is right.
   */
  readonly leafStep?: ((residuals: Float64Array, weights: Float64Array) => number) | undefined
}
