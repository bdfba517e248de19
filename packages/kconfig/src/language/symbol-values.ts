import { chosenByPriority, chosenMember } from './choice-values.js';
import type { KconfigSymbol, KconfigTree, ReverseDependency, Tristate } from './model.js';
import { emptyText, leadingNumber, printNumber } from './numbers.js';
import type { UserValues } from './user-values.js';
import { ValueStore } from './value-store.js';

/**
 * The values of all symbols for one set of user values: symbol.c of scripts/kconfig, function by function, so that it
 * agrees with `conf` in every detail. A symbol is marked valid before it is computed, so a cycle ends at its plain
 * default ("set default if recursively called").
 */
export class SymbolValues extends ValueStore {
  private readonly userTexts: Map<number, string>;
  private modules: Tristate = 0;

  constructor(
    tree: KconfigTree,
    private readonly user: UserValues,
  ) {
    super(tree);
    this.userTexts = new Map(user.texts);
  }

  /** Computes what decides the type of all others: whether there are modules. */
  start(): void {
    this.calculate(this.tree.modules);
  }

  /** Computes everything, as conf_read() does. */
  resolve(): void {
    this.start();
    for (const symbol of this.tree.symbols) this.calculate(symbol);
    if (this.tree.dialect.outOfRange === 'default') this.dropOutOfRange();
  }

  /** sym_get_type(): a tristate counts as bool without modules. */
  typeOf({ id, type, choice }: KconfigSymbol): KconfigSymbol['type'] {
    if (type !== 'tristate') return type;
    const chosenAlone = choice && this.tree.dialect.choices !== 'members' && this.visible[id] === 2;
    return chosenAlone || this.modules === 0 ? 'bool' : type;
  }

  /** sym_calc_value() */
  protected calculate(symbol: KconfigSymbol): void {
    const { id, type } = symbol;
    if (this.valid[id]) return;
    this.valid[id] = 1;
    if (type === 'unknown') {
      this.texts[id] = symbol.name;
      return;
    }
    this.written[id] = 0;
    this.calculateVisibility(symbol);
    if (this.visible[id]) this.written[id] = 1;
    this.tristates[id] = 0;
    this.chosen[id] = undefined;
    this.texts[id] = emptyText(type, this.tree.dialect);
    if (type === 'bool' || type === 'tristate') this.calculateTristate(symbol);
    else this.calculateText(symbol);
    if (this.isNeverWritten(symbol)) this.written[id] = 0;
  }

  /** SYMBOL_NO_WRITE, SYMBOL_TRANS */
  private isNeverWritten({ isChoice, transitional, environment, defconfigList }: KconfigSymbol): boolean {
    if (isChoice || transitional || environment !== undefined) return true;
    return defconfigList && !this.tree.dialect.writesDefconfigList;
  }

  /** sym_calc_visibility() */
  private calculateVisibility(symbol: KconfigSymbol): void {
    const { id, choice } = symbol;
    if (symbol.transitional) {
      this.visible[id] = 2; // Prompts and selects have no effect on a transitional symbol.
      return;
    }
    let visible = 0;
    for (const { condition } of symbol.prompts) {
      let prompt = this.test(condition);
      // "Tristate choice_values with visibility 'mod' are not visible if the corresponding choice's value is 'yes'."
      if (choice && prompt === 1 && symbol.type === 'tristate' && this.tristates[choice.id] === 2) prompt = 0;
      if (prompt > visible) visible = prompt;
    }
    this.visible[id] = visible === 1 && (symbol.type !== 'tristate' || this.modules === 0) ? 2 : visible;
    if (choice) return;
    const asBool = (value: Tristate) => (value === 1 && this.typeOf(symbol) === 'bool' ? 2 : value);
    this.direct[id] = asBool(this.test(symbol.dependency));
    let reverse = this.strongest(symbol.selectedBy);
    for (const required of symbol.required) reverse = Math.max(reverse, this.test(required)) as Tristate;
    this.reverse[id] = asBool(reverse);
    const implied =
      this.tree.dialect.imply === 'forcing' && this.direct[id] === 0 ? 0 : this.strongest(symbol.impliedBy);
    this.implied[id] = asBool(implied);
  }

  private strongest(dependencies: readonly ReverseDependency[]): Tristate {
    let strongest: Tristate = 0;
    for (const { symbol, condition } of dependencies) {
      this.calculate(symbol);
      const value = Math.min(this.tristates[symbol.id]!, this.test(condition)) as Tristate;
      if (value > strongest) strongest = value;
    }
    return strongest;
  }

  private calculateTristate(symbol: KconfigSymbol): void {
    const { id, choice } = symbol;
    let value: number;
    if (choice && this.tree.dialect.choices === 'members') {
      this.chooseByPriority(choice);
      value = this.tristates[id]!;
    } else if (choice && this.visible[id] === 2) {
      this.calculate(choice);
      value = this.chosen[choice.id] === symbol ? 2 : 0;
    } else {
      value = Math.max(this.freeTristate(symbol), this.reverse[id]!);
    }
    const forced = this.tree.dialect.imply === 'forcing' && this.implied[id] === 2;
    if (value === 1 && (forced || this.typeOf(symbol) === 'bool')) value = 2;
    this.tristates[id] = value;
    if (symbol === this.tree.modules) this.modules = value as Tristate;
    if (symbol.isChoice && value === 2 && this.tree.dialect.choices !== 'members') this.chooseMember(symbol);
  }

  /** The value of a symbol without the symbols that select it. */
  private freeTristate(symbol: KconfigSymbol): number {
    const { id } = symbol;
    const user = this.user.tristates.get(id);
    const visible = this.visible[id]!;
    // "if the symbol is visible use the user value if available, otherwise try the default value"
    if (visible !== 0 && user !== undefined) return Math.min(user, visible);
    if (this.reverse[id]) this.written[id] = 1;
    if (symbol.isChoice) return 0;
    let value = 0;
    const inForce = this.defaultOf(symbol);
    if (inForce) {
      value = this.test(inForce.value);
      if (this.tree.dialect.conditionLimitsDefault) value = Math.min(value, this.test(inForce.condition));
      if (value !== 0 || this.tree.dialect.writes !== 'set') this.written[id] = 1;
    }
    if (this.implied[id]) {
      this.written[id] = 1;
      value = Math.max(value, this.implied[id]!);
      if (this.tree.dialect.imply === 'capped') value = Math.min(value, this.direct[id]!);
    }
    return value;
  }

  private calculateText(symbol: KconfigSymbol): void {
    const { id, type } = symbol;
    const user = this.userTexts.get(id);
    if (this.visible[id] && user !== undefined) {
      this.texts[id] = user;
    } else {
      const value = this.defaultOf(symbol)?.value;
      if (value?.kind === 'symbol') {
        this.written[id] = 1;
        this.texts[id] = this.textOf(value.symbol);
      }
    }
    if (type === 'int' || type === 'hex') this.validateRange(symbol);
  }

  /** sym_validate_range(): what is out of range becomes the nearer limit. */
  private validateRange(symbol: KconfigSymbol): void {
    const { id, type } = symbol;
    const range = this.rangeOf(symbol);
    if (!range) return;
    const value = leadingNumber(this.texts[id]!, type === 'hex' ? 16 : 10);
    let limit = range.low;
    if (value >= this.limitOf(limit, type)) {
      limit = range.high;
      if (value <= this.limitOf(limit, type)) return;
    }
    this.texts[id] =
      this.tree.dialect.limitSpelling === 'printed'
        ? printNumber(this.limitOf(limit, type), type)
        : this.textOf(limit);
  }

  /** sym_calc_choice() before Linux 6.11 */
  private chooseMember(choice: KconfigSymbol): void {
    for (const member of choice.members) this.calculateVisibility(member);
    const chosen = chosenMember(choice, this, this.user);
    if (!chosen) this.tristates[choice.id] = 0; // "no choice? reset tristate value"
    this.chosen[choice.id] = chosen;
    for (const { id } of choice.members) if (this.visible[id]) this.written[id] = 1;
  }

  /** sym_calc_choice() as of Linux 6.11 */
  private chooseByPriority(choice: KconfigSymbol): void {
    for (const member of choice.members) this.calculateVisibility(member);
    const chosen = chosenByPriority(choice, this, this.user);
    this.chosen[choice.id] = chosen;
    for (const { id } of choice.members) {
      if (!this.visible[id]) continue;
      this.tristates[id] = id === chosen?.id ? 2 : 0;
      this.valid[id] = this.written[id] = 1;
    }
  }

  /** "Reset a string value if it's out of range": conf_read() up to Linux 6.10. Values that depend on it are not recomputed. */
  private dropOutOfRange(): void {
    const outside = (symbol: KconfigSymbol) => {
      const text = this.userTexts.get(symbol.id);
      return text !== undefined && !symbol.choice && !this.isWithinRange(symbol, text);
    };
    const dropped = this.tree.symbols.filter(outside);
    for (const { id } of dropped) {
      this.userTexts.delete(id);
      this.valid[id] = 0;
    }
    if (dropped.length === 0) return;
    // BusyBox's conf asks for it again, and with the answer computes everything anew.
    if (this.tree.dialect.choices === 'first')
      for (const { id, constant } of this.tree.symbols) this.valid[id] = constant ? 1 : 0;
    for (const symbol of this.tree.symbols) this.calculate(symbol);
  }
}
