/**
 * The one door to this process's environment: TensorFlow and CUDA take threads, devices and precision from there and
 * from nowhere else, once, when they are loaded.
 */

/** Sets variables for a library that is about to be loaded. What a person has set stays, unless `force`. */
export function setNativeEnvironment(variables: Readonly<Record<string, string>>, { force = false } = {}): void {
  for (const [name, value] of Object.entries(variables)) {
    if (force || process.env[name] === undefined) process.env[name] = value;
  }
}

/** The GPUs that `CUDA_VISIBLE_DEVICES` allows, in its order; undefined where it is not set. */
export function visibleGpus(): string[] | undefined {
  return process.env.CUDA_VISIBLE_DEVICES?.split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
}
