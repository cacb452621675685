/** A function at a point: its value and its gradient there. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface MinimiseOptions {
  readonly start: Float64Array;
  readonly evaluate: (point: Float64Array) => Promise<Evaluation>;
  /** Ends where no part of the gradient is larger. */
  readonly gradientTolerance: number;
  readonly maxIterations: number;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** False where the iterations ran out, or where rounding allowed no further descent. */
  readonly converged: boolean;
}

/** Pairs of steps and gradient changes that stand for the curvature. */
const memory = 10;
/** Share of the slope's promise that a step must keep (Armijo). */
const sufficient = 1e-4;
const maxHalvings = 40;
/** Relative difference of values that says nothing. */
const rounding = 1e-13;
const flatter = 0.9;

/**
 * Minimum of a smooth convex function by L-BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4) with halving of
 * the step: a convex function needs no other line search.
 */
export async function minimise(options: MinimiseOptions): Promise<Minimum> {
  const { start, evaluate, gradientTolerance, maxIterations } = options;
  const steps: Pair[] = [];
  let point: Float64Array = start.slice();
  let { value, gradient } = await evaluate(point);
  for (let iterations = 0; ; iterations++) {
    const converged = gradient.every((part) => Math.abs(part) <= gradientTolerance);
    if (converged || iterations === maxIterations) return { point, value, iterations, converged };
    const direction = descent(gradient, steps);
    const slope = inner(gradient, direction);
    // The first step has no curvature to be scaled by.
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(inner(gradient, gradient))) : 1;
    let next: Evaluation | undefined;
    let moved: Float64Array = point;
    for (let halvings = 0; halvings < maxHalvings; halvings++, length /= 2) {
      moved = alongFrom(point, direction, length);
      const tried = await evaluate(moved);
      if (!isDescent(value, tried, length * slope, slope, inner(tried.gradient, direction))) continue;
      next = tried;
      break;
    }
    if (next === undefined) return { point, value, iterations, converged: false };
    remember(steps, difference(moved, point), difference(next.gradient, gradient));
    point = moved;
    ({ value, gradient } = next);
  }
}

/**
 * Armijo's condition; or, so near the minimum that rounding hides the descent, a slope that got flatter (the "approximate
 * Wolfe" condition of Hager & Zhang 2005).
 */
function isDescent(value: number, tried: Evaluation, promised: number, slope: number, slopeThere: number): boolean {
  if (tried.value <= value + sufficient * promised) return true;
  const isSame = Math.abs(tried.value - value) <= rounding * Math.abs(value);
  return isSame && Math.abs(slopeThere) <= flatter * Math.abs(slope);
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly inverse: number;
}

function remember(pairs: Pair[], step: Float64Array, change: Float64Array): void {
  const curvature = inner(step, change);
  // Without curvature along the step there is nothing to learn from it.
  if (!(curvature > 0)) return;
  pairs.push({ step, change, inverse: 1 / curvature });
  if (pairs.length > memory) pairs.shift();
}

/** The two-loop recursion: −H·gradient. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = new Float64Array(gradient.length);
  addTimes(direction, gradient, -1);
  const factors: number[] = [];
  for (const { step, change, inverse } of [...pairs].reverse()) {
    const factor = inverse * inner(step, direction);
    factors.push(factor);
    addTimes(direction, change, -factor);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.inverse * inner(last.change, last.change));
    for (let j = 0; j < direction.length; j++) direction[j] *= scale;
  }
  for (const { step, change, inverse } of pairs) {
    addTimes(direction, step, (factors.pop() ?? 0) - inverse * inner(change, direction));
  }
  return direction;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return alongFrom(a, b, -1);
}

/** point + length · direction. Loops, since the vectors may have a million parts and `map` calls a function for each. */
function alongFrom(point: Float64Array, direction: Float64Array, length: number): Float64Array {
  const result = point.slice();
  addTimes(result, direction, length);
  return result;
}

function addTimes(target: Float64Array, values: Float64Array, factor: number): void {
  for (let j = 0; j < target.length; j++) target[j] += factor * values[j];
}
