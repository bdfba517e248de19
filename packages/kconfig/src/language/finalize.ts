import { submenuOf } from './automatic-submenu.js';
import type { Dialect } from './dialect.js';
import { and, orPresent, rewriteM } from './expressions.js';
import type { Expression, KconfigSymbol, MenuEntry, Reference, ReverseDependency } from './model.js';
import type { SymbolTable } from './symbol-table.js';

/** The input of menu_finalize() besides the entries. */
interface FinalizeContext {
  readonly table: SymbolTable;
  readonly modules: KconfigSymbol;
  readonly dialect: Dialect;
}

/**
 * Gives every property the condition it really has, which is its own with that of all entries around it, finds out
 * who selects whom and which symbols make up each choice: menu_finalize() of menu.c.
 */
export function finalizeTree(root: MenuEntry, context: FinalizeContext): void {
  propagate(root, context);
  collectChoices(root, context);
}

function propagate(parent: MenuEntry, context: FinalizeContext): void {
  if (parent.kind === 'choice') settleChoiceType(parent, context);
  const around = conditionOfChildren(parent, context.dialect);
  for (const entry of parent.children) {
    entry.dependency = and(around, rewriteM(entry.dependency, context.modules));
    for (const property of entry.properties)
      property.condition = and(entry.dependency, rewriteM(property.condition, context.modules));
    if (entry.kind === 'config') {
      const symbol = entry.symbol!;
      symbol.dependency = orPresent(symbol.dependency, entry.dependency);
      register(entry, symbol.selects, (target) => target.selectedBy);
      register(entry, symbol.implies, (target) => target.impliedBy);
    }
  }
  for (const entry of parent.children) propagate(entry, context);
}

/** "Use the choice itself as the parent dependency of the contained items", until Linux 6.11 made that the choice's own. */
function conditionOfChildren(parent: MenuEntry, dialect: Dialect): Expression | undefined {
  return parent.kind === 'choice' && dialect.choices !== 'members'
    ? { kind: 'symbol', symbol: parent.symbol! }
    : parent.dependency;
}

function register(
  entry: MenuEntry,
  references: readonly Reference[],
  listOf: (target: KconfigSymbol) => ReverseDependency[],
): void {
  for (const { entry: origin, target, condition, place } of references)
    if (origin === entry) listOf(target).push({ symbol: entry.symbol!, condition, place });
}

function settleChoiceType({ symbol: choice, children }: MenuEntry, { dialect }: FinalizeContext): void {
  const members = children.flatMap(({ symbol }) => (symbol ? [symbol] : []));
  if (dialect.choices === 'members') choice!.type = 'bool';
  if (choice!.type === 'unknown')
    choice!.type = members.find(({ type }) => type !== 'unknown')?.type ?? 'unknown';
  for (const member of members) if (member.type === 'unknown') member.type = choice!.type;
}

function collectChoices(parent: MenuEntry, context: FinalizeContext): void {
  for (const entry of parent.children) collectChoices(entry, context);
  if (parent.kind !== 'choice') return;
  const choice = parent.symbol!;
  const members = context.dialect.choices === 'members' ? allConfigs(parent) : membersOf(parent);
  for (const entry of members) {
    const member = entry.symbol!;
    if (member.choice) continue;
    member.choice = choice;
    choice.members.push(member);
    if (choice.type === 'tristate' && member.type !== 'tristate') requireYes(entry, choice, context);
  }
  // "For non-optional choices, add a reverse dependency (corresponding to a select) of '<visibility> && m'."
  if (choice.optional || !parent.prompt || context.dialect.choices === 'members') return;
  choice.required.push(and(parent.prompt.condition, { kind: 'symbol', symbol: context.table.symbol('m') })!);
}

/** "Non-tristate choice values of tristate choices must depend on the choice being set to Y." */
function requireYes(entry: MenuEntry, choice: KconfigSymbol, { table }: FinalizeContext): void {
  const yes: Expression = { kind: 'relation', relation: '=', left: choice, right: table.symbol('y') };
  for (const property of entry.properties) property.condition = and(yes, property.condition);
}

function allConfigs(parent: MenuEntry): MenuEntry[] {
  return parent.children.flatMap((entry) =>
    entry.kind === 'config' ? (entry.prompt ? [entry] : []) : entry.kind === 'if' ? allConfigs(entry) : [],
  );
}

/** The entries left at the choice's own level once automatic submenus are made and `if` blocks dissolved. */
function membersOf(parent: MenuEntry): MenuEntry[] {
  const members: MenuEntry[] = [];
  const queue = [...parent.children];
  for (let entry = queue.shift(); entry; entry = queue.shift()) {
    if (entry.kind === 'if') queue.unshift(...entry.children);
    if (entry.kind !== 'config') continue;
    members.push(entry);
    const submenu = queue.splice(0, submenuOf(entry, queue));
    if (!entry.prompt) queue.unshift(...submenu);
  }
  return members;
}
