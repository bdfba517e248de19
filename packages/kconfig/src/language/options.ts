import type { Cursor } from './cursor.js';
import { and, dependencyIf } from './expressions.js';
import type {
  Default,
  Expression,
  KconfigSymbol,
  MenuEntry,
  Prompt,
  Range,
  Reference,
  SymbolType,
} from './model.js';
import type { SymbolTable } from './symbol-table.js';

/** The context that an entry's options read or change besides the entry itself. */
export interface OptionContext {
  readonly table: SymbolTable;
  /** The environment, for `option env=`. */
  readonly environment: Readonly<Record<string, string>>;
  modules: KconfigSymbol | undefined;
  /** Reads the text after `help`. */
  readHelp(): string;
  warn(cursor: Cursor, text: string): void;
}

type Option = (cursor: Cursor, entry: MenuEntry, context: OptionContext) => void;

const TYPES: Readonly<Record<string, SymbolType>> = {
  bool: 'bool',
  boolean: 'bool',
  tristate: 'tristate',
  int: 'int',
  integer: 'int',
  hex: 'hex',
  string: 'string',
};

const dependsOn: Option = (cursor, entry, { table }) => {
  cursor.accept('on'); // zconf.y of Linux 2.6 also takes "depends FOO".
  const dependency = cursor.takeExpression();
  entry.dependency = and(
    entry.dependency,
    dependencyIf(dependency, cursor.takeCondition(), table.symbol('n')),
  );
};

const typeOption: (type: SymbolType) => Option = (type) => (cursor, entry, context) => {
  if (!cursor.atEnd) addPrompt(entry, cursor);
  setType(entry, type, cursor, context);
};

const defaultOption: (type?: SymbolType) => Option = (type) => (cursor, entry, context) => {
  const value = cursor.takeExpression();
  addDefault(entry, value, cursor);
  if (type) setType(entry, type, cursor, context);
};

const referenceOption: (list: 'selects' | 'implies') => Option = (list) => (cursor, entry, context) => {
  const target = context.table.symbol(cursor.takeName('a symbol'));
  const reference: Reference = { target, condition: cursor.takeCondition(), place: cursor.place, entry };
  entry.properties.push(reference);
  entry.symbol![list].push(reference);
};

const help: Option = (_cursor, entry, context) => {
  entry.help = context.readHelp();
};

/** `option <name>` of trees before Linux 5.14. */
const namedOption: Option = (cursor, entry, context) => {
  const name = cursor.takeName('the name of an option');
  if (name === 'modules') return modules(cursor, entry, context);
  if (name === 'env') {
    cursor.accept('=');
    const variable = cursor.takeText('the name of a variable');
    const value = {
      kind: 'symbol',
      symbol: context.table.constant(context.environment[variable] ?? ''),
    } as const;
    entry.symbol!.environment = variable;
    addDefault(entry, value, cursor);
  } else if (name === 'defconfig_list') {
    entry.symbol!.defconfigList = true;
  } else if (name !== 'allnoconfig_y') {
    throw cursor.error(`unknown option "${name}"; known are modules, env, allnoconfig_y and defconfig_list`);
  }
};

const modules: Option = (cursor, entry, context) => {
  if (context.modules && context.modules !== entry.symbol)
    throw cursor.error(`${entry.symbol!.name} redefines option 'modules' of ${context.modules.name}`);
  context.modules = entry.symbol;
};

const range: Option = (cursor, entry) => {
  const [low, high] = [cursor.takeSymbol(), cursor.takeSymbol()];
  const limits: Range = { low, high, condition: cursor.takeCondition(), place: cursor.place, entry };
  entry.properties.push(limits);
  entry.symbol!.ranges.push(limits);
};

const CONFIG_OPTIONS: Readonly<Record<string, Option>> = {
  ...Object.fromEntries(Object.entries(TYPES).map(([word, type]) => [word, typeOption(type)])),
  prompt: (cursor, entry) => addPrompt(entry, cursor),
  default: defaultOption(),
  def_bool: defaultOption('bool'),
  def_boolean: defaultOption('bool'),
  def_tristate: defaultOption('tristate'),
  depends: dependsOn,
  requires: dependsOn,
  select: referenceOption('selects'),
  imply: referenceOption('implies'),
  range,
  help,
  option: namedOption,
  modules,
  transitional: (_cursor, entry) => {
    entry.symbol!.transitional = true;
  },
};

const { prompt, bool, boolean, tristate, depends, requires } = CONFIG_OPTIONS;

/** The options that each kind of entry takes. */
export const OPTIONS: Readonly<Record<MenuEntry['kind'], Readonly<Record<string, Option | undefined>>>> = {
  config: CONFIG_OPTIONS,
  choice: {
    ...{ prompt, bool, boolean, tristate, depends, requires, help, default: defaultOption() },
    optional: (_cursor, entry) => {
      entry.symbol!.optional = true;
    },
  },
  menu: {
    ...{ depends, requires },
    visible: (cursor, entry) => {
      entry.visibleIf = and(entry.visibleIf, cursor.takeCondition());
    },
  },
  comment: { depends, requires },
  if: {},
};

/** Gives an entry its prompt: "Apply all upper menus' visibilities to actual prompts" (menu.c). */
export function addPrompt(entry: MenuEntry, cursor: Cursor): void {
  const text = cursor.takeText('a prompt').trimStart();
  const prompt: Prompt = { text, condition: cursor.takeCondition(), place: cursor.place, entry };
  entry.properties.push(prompt);
  entry.prompt = prompt;
  if (!entry.symbol) return;
  entry.symbol.prompts.push(prompt);
  for (let above = entry.parent; above; above = above.parent)
    prompt.condition = and(prompt.condition, above.visibleIf);
}

function addDefault(entry: MenuEntry, value: Expression, cursor: Cursor): void {
  const property: Default = { value, condition: cursor.takeCondition(), place: cursor.place, entry };
  entry.properties.push(property);
  entry.symbol!.defaults.push(property);
}

function setType(entry: MenuEntry, type: SymbolType, cursor: Cursor, context: OptionContext): void {
  const symbol = entry.symbol!;
  if (symbol.type === 'unknown') symbol.type = type;
  else if (symbol.type !== type)
    context.warn(cursor, `ignoring type redefinition of '${symbol.name}' from '${symbol.type}' to '${type}'`);
}
