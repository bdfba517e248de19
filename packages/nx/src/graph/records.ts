/** The same keys, with what `change` makes of each. */
export function mapValues<T, R>(
  record: Readonly<Record<string, T>>,
  change: (key: string, value: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(key, value)]));
}

export function pick(
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}

/** The record without these keys. */
export function omit<T extends object, K extends string>(options: T, names: readonly K[]): Omit<T, K> {
  const kept = Object.entries(options).filter(([name]) => !(names as readonly string[]).includes(name));
  return Object.fromEntries(kept) as Omit<T, K>;
}
