import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** In what the `conf` programs of different ages disagree about the same tree. */
export interface Dialect {
  /**
   * `first`, `last`: a choice is a symbol of its own, its members depend on it, and of two members set to `y` the first
   * or last line counts. `members`: as of Linux 6.11 there is no tristate and no optional choice, and a member that is
   * set to `n` is avoided.
   */
  readonly choices: 'first' | 'last' | 'members';
  /** Whether `default X if Y` is worth at most Y ("The visibility may limit the value from yes => mod"). */
  readonly conditionLimitsDefault: boolean;
  /** `capped`: worth at most the symbol's dependencies. `forcing`: Linux before 5.7, where an implied `y` excluded `m`. */
  readonly imply: 'capped' | 'forcing';
  /** Whether relations know numbers; before Linux 4.3 only `=` and `!=` of texts. */
  readonly numericRelations: boolean;
  /** A number out of its range becomes the limit: in the limit's own spelling, or printed anew. */
  readonly limitSpelling: 'verbatim' | 'printed';
  /** The replacement for a user's number out of range: the default, or the nearest limit. */
  readonly outOfRange: 'default' | 'limit';
  /** The value of an int or hex symbol that nobody gives one. */
  readonly emptyNumber: 'zero' | 'empty';
  /** Whether `.config` has backslashes before quotes and backslashes of a string; U-Boot's has not. */
  readonly strings: 'escaped' | 'raw';
  /** Which symbols without a prompt are written: those not `n`, those with a default in force, or every symbol. */
  readonly writes: 'set' | 'defaulted' | 'all';
  /** Whether the symbol with `option defconfig_list` is written; before Linux 4.18 it was. */
  readonly writesDefconfigList: boolean;
}

/** Linux 6.11 and later. */
export const NEWEST: Dialect = {
  choices: 'members',
  conditionLimitsDefault: true,
  imply: 'capped',
  numericRelations: true,
  limitSpelling: 'verbatim',
  outOfRange: 'limit',
  emptyNumber: 'zero',
  strings: 'escaped',
  writes: 'set',
  writesDefconfigList: false,
};

/** `kconfig-frontends` 4.11, the `kconfig-conf` of Debian. */
export const FRONTENDS_4_11: Dialect = {
  ...NEWEST,
  choices: 'last',
  imply: 'forcing',
  limitSpelling: 'printed',
  outOfRange: 'default',
  emptyNumber: 'empty',
  writes: 'defaulted',
  writesDefconfigList: true,
};

/** For each rule, a source file of `scripts/kconfig` and the text in it that shows the rule, in its present spelling. */
const MARKS = {
  choiceMembers: ['expr.h', 'choice_members'],
  lastWins: ['confdata.c', 'changes choice state'],
  limitedDefault: ['symbol.c', 'EXPR_AND(expr_calc_value(prop->expr),'],
  cappedImply: ['symbol.c', 'sym->dir_dep.tri);\n\t\t\t\t}'],
  relations: ['expr.c', 'expr_parse_string'],
  printedLimit: ['symbol.c', 'sprintf(str, '],
  reset: ['confdata.c', 'sym_string_within_range('],
  zero: ['symbol.c', 'newval.val = "0x0"'],
  rawStrings: ['confdata.c', "Last char has to be a '\"'"],
  unsetHidden: ['symbol.c', 'if (newval.tri != no)\n\t\t\t\t\t\tsym->flags |= SYMBOL_WRITE;'],
  hiddenDefconfigList: ['menu.c', 'sym_defconfig_list->flags |='],
  everything: ['confdata.c', 'we want to see all syms'],
} as const;

/**
 * Reads off a source tree's own `scripts/kconfig` how its `conf` decides the cases in {@link Dialect}.
 *
 * @returns {@link NEWEST} for a tree without them
 */
export function detectDialect(srctree: string): Dialect {
  const texts = new Map<string, string>();
  const has = ([file, mark]: readonly [string, string]) => {
    if (!texts.has(file)) texts.set(file, read(join(srctree, 'scripts/kconfig', file)));
    return texts.get(file)!.includes(mark);
  };
  if (!has(['symbol.c', 'sym_calc_value'])) return NEWEST;
  const hidden = has(MARKS.unsetHidden) ? 'set' : 'defaulted';
  return {
    choices: has(MARKS.choiceMembers) ? 'members' : has(MARKS.lastWins) ? 'last' : 'first',
    conditionLimitsDefault: has(MARKS.limitedDefault),
    imply: has(MARKS.cappedImply) ? 'capped' : 'forcing',
    numericRelations: has(MARKS.relations),
    limitSpelling: has(MARKS.printedLimit) ? 'printed' : 'verbatim',
    outOfRange: has(MARKS.reset) ? 'default' : 'limit',
    emptyNumber: has(MARKS.zero) ? 'zero' : 'empty',
    strings: has(MARKS.rawStrings) ? 'raw' : 'escaped',
    writes: has(MARKS.everything) ? 'all' : hidden,
    writesDefconfigList: !has(MARKS.hiddenDefconfigList),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Not this generation's file: it has none of the marks.
  }
}
