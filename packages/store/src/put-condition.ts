/** When an object may be written. */
export interface PutCondition {
  readonly onlyIfAbsent: boolean;
}
