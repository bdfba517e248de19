/**
 * Options as somebody wrote them. Nx checks them against the schema only when a target runs, and says what is wrong
 * with them; an error while the graph is made would break every nx command instead. So what does not fit is left out.
 */

/** A string, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The strings of a list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** An object, empty where there is none. */
export function object(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}

/** An object that is not a list, empty for any other value. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return Array.isArray(value) ? {} : object(value);
}

/** The objects of a list. */
export function objects(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((item) => item !== null && typeof item === 'object') : [];
}

/** The value of one key of each object in a list, where it is a string. */
export function textsOf(value: unknown, key: string): string[] {
  return Array.isArray(value)
    ? texts(value.map((item: unknown) => (item as Record<string, unknown> | null)?.[key]))
    : [];
}

/** `value` when it is a key of `table`. */
export function keyOf<K extends string>(table: Readonly<Record<K, unknown>>, value: unknown): K | undefined {
  return typeof value === 'string' && Object.hasOwn(table, value) ? (value as K) : undefined;
}
