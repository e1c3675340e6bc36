/** What can be wrong with a table, its labels or the options; `code` is stable, the message is for people. */
export const inputErrorCodes = [
  'features_empty',
  'feature_duplicate',
  'feature_kind_unknown',
  'feature_missing',
  'feature_wrong_type',
  'feature_not_finite',
  'feature_option_invalid',
  'date_invalid',
  'level_unknown',
  'features_constant',
  'features_all_missing',
  'table_too_large',
  'checkpoint_invalid',
  'warm_start_other',
  'category_too_many_levels',
  'rows_empty',
  'rows_too_few',
  'length_mismatch',
  'label_not_binary',
  'label_not_finite',
  'label_negative',
  'labels_one_class',
  'labels_constant',
  'groups_invalid',
  'group_unknown',
  'validation_one_class',
  'weight_invalid',
  'order_invalid',
  'row_in_future',
  'seed_invalid',
  'option_invalid',
  'score_invalid',
  'prediction_invalid',
  'value_invalid',
  'share_invalid',
  'resamples_invalid',
  'cover_missing',
  'background_empty',
  'comparison_invalid',
  'change_invalid',
  'model_not_exportable',
] as const

export type InputErrorCode = (typeof inputErrorCodes)[number]

/** The caller's data or options cannot be used as they are. Nothing was trained, scored or measured. */
export class TabularInputError extends Error {
  readonly code: InputErrorCode

  constructor(code: InputErrorCode, message: string) {
    super(message)
    this.name = 'TabularInputError'
    this.code = code
  }
}

/** Bytes that are not a model this version can read: another format or version, cut short, or altered. */
export class ModelFormatError extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options)
    this.name = 'ModelFormatError'
  }
}

/** `shouldStop` said so. Nothing of the half-trained model is kept. */
export class TrainingStopped extends Error {
  constructor(round: number) {
    super(`training was stopped after ${round} rounds`)
    this.name = 'TrainingStopped'
  }
}
