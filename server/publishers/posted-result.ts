/** A result that somebody else posted, as the outbox keeps it for those that are told of it. */

/** Kind of message of the outbox. */
export const postedResult = 'posted result'
export interface PostedResultBody {
  /** Its id. */
  result: number
}
