/** Where make's output goes. */
export function buildLog(out: string): string {
  return `${out}.log`;
}

/** Exists while make runs. Found at the start of a build, it says that the last one was killed. */
export function runningMark(out: string): string {
  return `${out}.running`;
}
