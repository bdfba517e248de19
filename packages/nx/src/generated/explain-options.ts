// Generated from ../kinds/kconfig/explain/schema.json by tools/schemas.mjs: do not edit.

/**
 * Explains a symbol of the project's configuration: its value, where that comes from (fragment file:line, default, select and by whom), its dependencies with their values, and its help text.
 */
export interface ExplainOptions {
  /**
   * Name of the symbol, with or without CONFIG_.
   */
  symbol: string;
  /**
   * Print the explanation as JSON.
   */
  json?: boolean;
}

/** The defaults of the schema, as Nx fills them in. */
export const explainDefaults: Required<Pick<ExplainOptions, 'json'>> = { json: false };

/** The options once the defaults are filled in. */
export type FullExplainOptions = ExplainOptions & typeof explainDefaults;
