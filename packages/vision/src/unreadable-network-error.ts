/** The file of a network or of its weights cannot be used: no other engine or device would help. */
export class UnreadableNetworkError extends Error {
  override readonly name = "UnreadableNetworkError";
}
