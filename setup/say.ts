/** What this set-up does, as it does it. */
export function say(line: string): void {
  console.log(`setup:tfjs  ${line}`);
}
