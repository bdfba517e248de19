import { ComplaintReader, type Complaint } from '../doctor/index.js';
import type { Allowance, AllowedComplaint } from './guest-model.js';
import { compilePattern } from './patterns.js';

/** The complaints of a guest's kernel while it runs: allowed ones, and all others. */
export class KernelComplaints {
  readonly #reader = new ComplaintReader();
  readonly #allowances: readonly { readonly allowance: Allowance; readonly pattern: RegExp }[];

  /** @throws UserError `INVALID_PATTERN` */
  constructor(allow: readonly Allowance[]) {
    this.#allowances = allow.map((allowance) => ({
      allowance,
      pattern: compilePattern(allowance.pattern, 'a pattern of "allow"'),
    }));
  }

  /** @param text as it came from the console */
  push(text: string): void {
    this.#reader.push(text);
  }

  /** The guest is ready: what a program says of a module that it could not load is its command's matter from here on. */
  ready(): void {
    this.#reader.booting = false;
  }

  /** The guest has ended: its last line counts, though nothing ended it. */
  finish(): void {
    this.#reader.finish();
  }

  /** Complaints that nothing allows, in their order. */
  get refused(): readonly Complaint[] {
    return this.#reader.complaints.filter((complaint) => this.#allowanceOf(complaint) === undefined);
  }

  get allowed(): AllowedComplaint[] {
    return this.#reader.complaints.flatMap((complaint) => {
      const reason = this.#allowanceOf(complaint)?.reason;
      return reason === undefined ? [] : [{ ...complaint, reason }];
    });
  }

  /** Allowances that no complaint needed. */
  get unneeded(): Allowance[] {
    const needed = new Set(this.#reader.complaints.map((complaint) => this.#allowanceOf(complaint)));
    return this.#allowances.map(({ allowance }) => allowance).filter((one) => !needed.has(one));
  }

  #allowanceOf({ text }: Complaint): Allowance | undefined {
    return this.#allowances.find(({ pattern }) => pattern.test(text))?.allowance;
  }
}
