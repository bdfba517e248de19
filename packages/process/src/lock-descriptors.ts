/** Open files whose locks this process holds, and whether it has started a program that shares them. */
const held = new Map<number, { shared: boolean }>();

/** From now on every program that is started inherits `descriptor`, and with it the lock. */
export function holdDescriptor(descriptor: number): void {
  held.set(descriptor, { shared: false });
}

/** @returns whether a program was started that inherited the descriptor */
export function dropDescriptor(descriptor: number): boolean {
  const shared = held.get(descriptor)?.shared === true;
  held.delete(descriptor);
  return shared;
}

/** The descriptors of all locks that are held, for a program that is about to be started. */
export function shareDescriptors(): number[] {
  for (const state of held.values()) state.shared = true;
  return [...held.keys()];
}
