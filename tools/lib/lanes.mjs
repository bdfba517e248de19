/** Runs jobs side by side, except those that must not run at the same time. */

/**
 * @template T
 * @typedef {{ job: T, exclusive?: string, after?: string[], name: string }} Entry
 *   two entries with the same `exclusive` never run at once; `after` names entries that have to end first
 */

/**
 * Runs all jobs, at most `width` at once. An exclusive job goes first if it may run, because those take longest in sum.
 *
 * @template T
 * @param {Entry<T>[]} entries in the order of preference
 * @param {number} width
 * @param {(job: T) => Promise<void>} work
 */
export async function runInLanes(entries, width, work) {
  const waiting = [...entries];
  const running = new Set();
  const unfinished = new Set(entries.map(({ name }) => name));
  const mayRun = ({ exclusive, after = [] }) =>
    !after.some((name) => unfinished.has(name)) &&
    ![...running].some(({ entry }) => exclusive !== undefined && entry.exclusive === exclusive);
  while (waiting.length > 0 || running.size > 0) {
    const free = waiting.filter(mayRun);
    const next = free.find(({ exclusive }) => exclusive !== undefined) ?? free[0];
    if (running.size < width && next !== undefined) {
      waiting.splice(waiting.indexOf(next), 1);
      const started = { entry: next };
      started.ended = work(next.job).then(() => {
        running.delete(started);
        unfinished.delete(next.name);
      });
      running.add(started);
    } else if (running.size > 0) {
      await Promise.race([...running].map(({ ended }) => ended));
    } else {
      throw new Error(`${waiting.map(({ name }) => name).join(', ')}: none of them may ever run`);
    }
  }
}
