/** The figure in the middle; of an even number of them, the mean of the two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export async function times(count, work) {
  const results = [];
  for (let index = 0; index < count; index++) results.push(await work(index));
  return results;
}

export const seconds = (value) => `${value.toFixed(2)} s`;
