/** What the doctor looked at, and how it is. */
export interface Finding {
  readonly what: string
  readonly isGood: boolean
  readonly says: string
}
