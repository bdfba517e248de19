/** A number with the noun that it counts: `1 file`, `0 files`, `2 files`. @param noun singular, with a regular plural */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
