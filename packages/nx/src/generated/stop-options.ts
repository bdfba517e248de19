// Generated from ../kinds/board/stop/schema.json by tools/schemas.mjs: do not edit.

/**
 * Ends a running board: presses its power button, then tells QEMU to quit, then kills it; says which of them it took.
 */
export interface StopOptions {
  /**
   * Which of the board's runs: an id that ps shows. Not needed where there is one.
   */
  id?: string;
  /**
   * Seconds that the guest has to switch itself off after the power button; 0: it is not pressed.
   */
  timeout?: number;
  /**
   * Print id, pid and how the board ended as JSON.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const stopDefaults: Required<Pick<StopOptions, 'timeout' | 'json'>> = { timeout: 10, json: false };

/** The options once the defaults are filled in. */
export type FullStopOptions = StopOptions & typeof stopDefaults;
