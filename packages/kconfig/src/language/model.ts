/** The tree that a Kconfig file and everything it sources describe. Built by `loadKconfig`, never changed after. */

import type { Dialect } from './dialect.js';

/** `n`, `m` and `y` as the kernel computes with them: and is the minimum, or the maximum, not is 2 - x. */
export type Tristate = 0 | 1 | 2;

export type SymbolType = 'unknown' | 'bool' | 'tristate' | 'int' | 'hex' | 'string';

export type Relation = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** An expression; where one is optional, `undefined` means `y`. */
export type Expression =
  | { readonly kind: 'symbol'; readonly symbol: KconfigSymbol }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
      /** Of an `or` that stands for `depends on LEFT if CONDITION`: the condition as written, which is how it is shown. */
      readonly condition?: Expression;
    }
  | {
      readonly kind: 'relation';
      readonly relation: Relation;
      readonly left: KconfigSymbol;
      readonly right: KconfigSymbol;
    };

/** Where something is written; `file` is the path that `source` named, so relative to the source tree. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Something a menu entry says, with the condition that its `if`, its entry and all around it add up to. */
export interface Property {
  condition: Expression | undefined;
  readonly place: Place;
  readonly entry: MenuEntry;
}

export interface Prompt extends Property {
  readonly text: string;
}

export interface Default extends Property {
  readonly value: Expression;
}

/** `select` or `imply`. */
export interface Reference extends Property {
  readonly target: KconfigSymbol;
}

export interface Range extends Property {
  readonly low: KconfigSymbol;
  readonly high: KconfigSymbol;
}

/** One `select` (or `imply`) seen from the symbol it is aimed at: in force when `symbol` and `condition` are. */
export interface ReverseDependency {
  readonly symbol: KconfigSymbol;
  readonly condition: Expression | undefined;
  readonly place: Place;
}

/** One node of the menu structure; a symbol has one for each `config` that defines it. */
export interface MenuEntry {
  readonly kind: 'menu' | 'if' | 'comment' | 'config' | 'choice';
  readonly symbol: KconfigSymbol | undefined;
  readonly parent: MenuEntry | undefined;
  readonly place: Place;
  readonly children: MenuEntry[];
  /** Everything this entry says, in the order it says it. */
  readonly properties: Property[];
  prompt: Prompt | undefined;
  /** Its own `depends on`, with those of all around it once the tree is loaded. */
  dependency: Expression | undefined;
  /** `visible if` of a menu. */
  visibleIf: Expression | undefined;
  help: string | undefined;
}

/** A symbol, defined or only mentioned; also a constant, and the nameless one that stands for a choice. */
export interface KconfigSymbol {
  /** Position in {@link KconfigTree.symbols}. */
  readonly id: number;
  /** Empty for a choice without a name. For a constant it is its value. */
  readonly name: string;
  readonly constant: boolean;
  readonly isChoice: boolean;
  /** A choice that may have no member set. */
  optional: boolean;
  type: SymbolType;
  readonly entries: MenuEntry[];
  readonly prompts: Prompt[];
  readonly defaults: Default[];
  readonly ranges: Range[];
  readonly selects: Reference[];
  readonly implies: Reference[];
  readonly selectedBy: ReverseDependency[];
  readonly impliedBy: ReverseDependency[];
  /** The conditions under which a choice that is not optional insists on a member. */
  readonly required: Expression[];
  /** The `depends on` of all its entries together. */
  dependency: Expression | undefined;
  /** The choice it is a member of. */
  choice: KconfigSymbol | undefined;
  /** Of a choice: its members in the order of the menu. */
  readonly members: KconfigSymbol[];
  /** `option env="NAME"` of older trees. */
  environment: string | undefined;
  /** `transitional`: read from an old `.config`, used in defaults, never written. */
  transitional: boolean;
  /** `option defconfig_list` of older trees: its defaults are files that conf looks for. */
  defconfigList: boolean;
}

/** A note that `$(info,…)`, `$(warning-if,…)` or the reader itself makes. */
export interface KconfigMessage extends Place {
  readonly text: string;
}

export interface KconfigTree {
  readonly root: MenuEntry;
  readonly dialect: Dialect;
  readonly symbols: readonly KconfigSymbol[];
  /** Symbols with a definition, by name. */
  readonly byName: ReadonlyMap<string, KconfigSymbol>;
  readonly choices: readonly KconfigSymbol[];
  /** The symbol that turns modules on; the constant `n` where the tree has none. */
  readonly modules: KconfigSymbol;
  /** Every file that was read, as named by `source`. */
  readonly files: readonly string[];
  readonly messages: readonly KconfigMessage[];
  /** The environment variables that macros used, with the values they had (empty when unset). */
  readonly environment: Readonly<Record<string, string>>;
}
