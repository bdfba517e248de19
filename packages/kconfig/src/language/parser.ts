import { Cursor } from './cursor.js';
import { Lexer, type Statement } from './lexer.js';
import { type Macros, PENDING, syntaxError } from './macros.js';
import type { KconfigSymbol, MenuEntry, Place } from './model.js';
import { addPrompt, OPTIONS, type OptionContext } from './options.js';
import type { SourceFiles } from './source-files.js';
import { SymbolTable } from './symbol-table.js';

/** A file being read, and from where: for "Recursive inclusion detected". */
interface OpenFile {
  readonly lexer: Lexer;
  readonly includedAt: Place | undefined;
  readonly includer: OpenFile | undefined;
}

const ENDS: Readonly<Record<string, MenuEntry['kind']>> = {
  endmenu: 'menu',
  endif: 'if',
  endchoice: 'choice',
};
const STATEMENTS =
  'config, menuconfig, choice, menu, comment, if, source, rsource, osource, orsource, mainmenu or NAME = value';

/** How deep blocks and files may nest, and how often a symbol may be defined: walking the tree is recursive. */
const MAX_BLOCKS = 500;
const MAX_DEFINITIONS = 1000;

/** Reads Kconfig files into menu entries; conditions stay as written until `finalizeTree`. */
export class Parser implements OptionContext {
  readonly table = new SymbolTable();
  readonly root: MenuEntry;
  modules: KconfigSymbol | undefined;
  private file!: OpenFile;
  /** The entry that the next option belongs to. */
  private current: MenuEntry | undefined;
  private depth = 0;

  constructor(
    private readonly macros: Macros,
    private readonly files: SourceFiles,
    readonly environment: Readonly<Record<string, string>>,
    rootFile: string,
  ) {
    this.root = newEntry('menu', undefined, undefined, { file: rootFile, line: 1 });
  }

  /** Parses the root file and all that it sources. */
  parse(): void {
    this.include(this.root.place.file, undefined, this.root);
  }

  readHelp(): string {
    return this.file.lexer.readHelp();
  }

  warn(cursor: Cursor, text: string): void {
    this.macros.note(text, cursor.place);
  }

  private include(file: string, includedAt: Place | undefined, parent: MenuEntry): void {
    const includer = includedAt ? this.file : undefined;
    for (let open = includer; open; open = open.includer)
      if (open.lexer.file === file) throw syntaxError(includedAt!, `Recursive inclusion detected of ${file}`);
    const text = this.files.read(file, includedAt ?? this.root.place);
    this.file = { lexer: new Lexer(file, text, this.macros), includedAt, includer };
    this.parseBlock(parent);
    if (includer) this.file = includer;
  }

  /** Reads entries into `parent` up to the end of its block, or of the file. */
  private parseBlock(parent: MenuEntry, block?: MenuEntry): void {
    const { lexer } = this.file;
    if (++this.depth > MAX_BLOCKS) {
      const place = block?.place ?? this.file.includedAt!;
      throw syntaxError(
        place,
        `blocks and files are nested more than ${MAX_BLOCKS} deep. Close some before this one`,
      );
    }
    for (let statement = lexer.next(); statement; statement = lexer.next()) {
      if (statement.kind === 'assignment') this.define(statement);
      else if (
        this.parseStatement(new Cursor(statement.tokens, statement.place, this.table), parent, block)
      ) {
        this.depth--;
        return;
      }
    }
    this.depth--;
    this.current = undefined;
    if (block) throw lexer.unfinished(`the ${block.kind}`, block.place);
  }

  private define({ name, operator, value, place }: Statement & { kind: 'assignment' }): void {
    this.macros.define(name, operator, value, place);
    this.current = undefined;
  }

  /** @returns whether the statement ends `block` */
  private parseStatement(cursor: Cursor, parent: MenuEntry, block: MenuEntry | undefined): boolean {
    const keyword = cursor.takeName('a statement');
    const { current } = this;
    const option = current && optionOf(current, keyword);
    if (option) {
      option(cursor, current, this);
      cursor.finish();
      return false;
    }
    this.current = undefined;
    const ends = Object.hasOwn(ENDS, keyword) ? ENDS[keyword] : undefined;
    if (ends) {
      cursor.finish();
      if (ends !== block?.kind)
        throw cursor.error(`unexpected '${keyword}' within ${block?.kind ?? 'the file'}`);
      return true;
    }
    this.startEntry(keyword, cursor, parent);
    return false;
  }

  private startEntry(keyword: string, cursor: Cursor, parent: MenuEntry): void {
    const add = (kind: MenuEntry['kind'], symbol?: KconfigSymbol) => {
      const entry = newEntry(kind, symbol, parent, cursor.place);
      parent.children.push(entry);
      symbol?.entries.push(entry);
      if ((symbol?.entries.length ?? 0) > MAX_DEFINITIONS)
        throw syntaxError(cursor.place, `${symbol!.name} is defined more than ${MAX_DEFINITIONS} times`);
      return entry;
    };
    switch (keyword) {
      case 'config':
      case 'menuconfig':
        this.current = add('config', this.table.symbol(cursor.takeName('the name of a symbol')));
        return cursor.finish();
      case 'choice':
        this.openBlock(
          add('choice', this.table.choice(cursor.atEnd ? undefined : cursor.takeName('a name'))),
          cursor,
        );
        return;
      case 'menu':
      case 'comment': {
        const entry = add(keyword);
        addPrompt(entry, cursor);
        if (keyword === 'menu') return this.openBlock(entry, cursor);
        this.current = entry;
        return cursor.finish();
      }
      case 'if': {
        const entry = add('if');
        entry.dependency = cursor.takeExpression();
        return this.openBlock(entry, cursor);
      }
      case 'mainmenu':
        addPrompt(this.root, cursor);
        return cursor.finish();
      case 'source':
      case 'rsource':
      case 'osource':
      case 'orsource':
        return this.source(keyword, cursor, parent);
      default:
        throw cursor.error(`unknown statement "${keyword}", expected ${STATEMENTS}`);
    }
  }

  private openBlock(entry: MenuEntry, cursor: Cursor): void {
    cursor.finish();
    this.current = entry;
    this.parseBlock(entry, entry);
    this.current = undefined;
  }

  /** `rsource`: relative to this file; `osource`: the file may be missing; `orsource`: both. All take globs. */
  private source(keyword: string, cursor: Cursor, parent: MenuEntry): void {
    const named = cursor.takeText('a file name');
    cursor.finish();
    if (named.includes(PENDING)) return;
    const pattern = named.replace(/\$(\w+)/g, (_all, name: string) => this.expandLegacy(name));
    const relativeTo = keyword.includes('rsource') ? this.file.lexer.file : undefined;
    const optional = keyword.startsWith('o');
    for (const file of this.files.resolve(pattern, { relativeTo, optional, place: cursor.place }))
      this.include(file, cursor.place, parent);
  }

  /** `$SYMBOL` in a file name, before Linux 4.18: a symbol that `option env=` fills, such as `$SRCARCH`. */
  private expandLegacy(name: string): string {
    return this.environment[this.table.symbol(name).environment ?? name] ?? '';
  }
}

function optionOf(entry: MenuEntry, keyword: string) {
  const options = OPTIONS[entry.kind];
  return Object.hasOwn(options, keyword) ? options[keyword] : undefined;
}

function newEntry(
  kind: MenuEntry['kind'],
  symbol: KconfigSymbol | undefined,
  parent: MenuEntry | undefined,
  place: Place,
): MenuEntry {
  return {
    kind,
    symbol,
    parent,
    place,
    children: [],
    properties: [],
    prompt: undefined,
    dependency: undefined,
    visibleIf: undefined,
    help: undefined,
  };
}
