import type { KconfigSymbol, SymbolType } from './model.js';

/** The symbols, constants and choices of one tree, as sym_lookup() keeps them. */
export class SymbolTable {
  readonly symbols: KconfigSymbol[] = [];
  private readonly named = new Map<string, KconfigSymbol>();
  private readonly constants = new Map<string, KconfigSymbol>();
  private readonly choices = new Map<string, KconfigSymbol>();

  constructor() {
    for (const name of ['n', 'm', 'y']) this.constants.set(name, this.add(name, true, false, 'tristate'));
  }

  /** A symbol by its name; `y`, `m` and `n` are constants, quoted or not. */
  symbol(name: string): KconfigSymbol {
    if (name === 'y' || name === 'm' || name === 'n') return this.constants.get(name)!;
    return lookUp(this.named, name, () => this.add(name, false, false, 'unknown'));
  }

  /** The constant symbol for a text in quotes or a number. */
  constant(text: string): KconfigSymbol {
    return lookUp(this.constants, text, () => this.add(text, true, false, 'unknown'));
  }

  /** A choice; one with a name can be continued elsewhere. */
  choice(name: string | undefined): KconfigSymbol {
    if (name === undefined) return this.add('', false, true, 'unknown');
    return lookUp(this.choices, name, () => this.add(name, false, true, 'unknown'));
  }

  /** The symbols that a `config` defines, by name. */
  defined(): Map<string, KconfigSymbol> {
    return new Map([...this.named].filter(([, symbol]) => symbol.entries.length > 0));
  }

  private add(name: string, constant: boolean, isChoice: boolean, type: SymbolType): KconfigSymbol {
    const symbol: KconfigSymbol = {
      id: this.symbols.length,
      name,
      constant,
      isChoice,
      optional: false,
      type,
      entries: [],
      prompts: [],
      defaults: [],
      ranges: [],
      selects: [],
      implies: [],
      selectedBy: [],
      impliedBy: [],
      required: [],
      dependency: undefined,
      choice: undefined,
      members: [],
      environment: undefined,
      transitional: false,
      defconfigList: false,
    };
    this.symbols.push(symbol);
    return symbol;
  }
}

function lookUp(table: Map<string, KconfigSymbol>, name: string, make: () => KconfigSymbol): KconfigSymbol {
  let symbol = table.get(name);
  if (!symbol) table.set(name, (symbol = make()));
  return symbol;
}
