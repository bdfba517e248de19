import type { Findings } from './evidence.js';

/** The finding of a signature: why the boot failed, and what helps. */
export interface Match {
  cause: string;
  remedy: string;
  /** Lines of the console that show it: the kernel's list of devices, for one. */
  seen?: readonly string[];
}

/** How a failure is recognised. */
export type Signature = (findings: Findings) => Match | undefined;
