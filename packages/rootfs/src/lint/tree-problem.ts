/** Something in a tree that would stop it from booting, or from being of use. */
export interface TreeProblem {
  /** Constant, upper-case identifier. */
  code: string;
  /** Path in the tree, without a leading slash. */
  path: string;
  /** The problem, and what to do about it. */
  message: string;
}
