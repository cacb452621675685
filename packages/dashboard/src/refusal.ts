/** A request that is answered with a status and a sentence for the person who made it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}
