import { UserError } from '@bringup/process';
import type { KconfigMessage, Place } from './model.js';

/** Stands for a `$(shell,…)` result that is not there yet; see {@link Macros.missing}. */
export const PENDING = '\u0000';

/** FUNCTION_MAX_ARGS of scripts/kconfig/preprocess.c. */
const MAX_ARGUMENTS = 16;
/** How deep references may nest in one another. preprocess.c has 1000 for variables; here each costs several frames of the stack. */
const MAX_NESTING = 500;

interface Variable {
  value: string;
  recursive: boolean;
  depth: number;
}

/** The external input of macros. */
interface MacroSources {
  readonly environment: Readonly<Record<string, string>>;
  /** Results of `$(shell,…)`, by command. */
  readonly shell: ReadonlyMap<string, string>;
}

/** How many arguments a built-in function takes, and what it does with them. */
interface BuiltIn {
  readonly count: number;
  readonly call: (macros: Macros, args: readonly string[], place: Place) => string;
}

const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  'error-if': {
    count: 2,
    call: (_macros, [condition, text], place) => {
      if (condition === 'y') throw syntaxError(place, text!);
      return '';
    },
  },
  filename: { count: 0, call: (_macros, _args, { file }) => file },
  info: {
    count: 1,
    call: (macros, [text], place) => macros.note(text!, place),
  },
  lineno: { count: 0, call: (_macros, _args, { line }) => String(line) },
  shell: { count: 1, call: (macros, [command]) => macros.shell(command!) },
  'warning-if': {
    count: 2,
    call: (macros, [condition, text], place) => (condition === 'y' ? macros.note(text!, place) : ''),
  },
};

/** The error for whatever is wrong in a Kconfig file. */
export function syntaxError({ file, line }: Place, message: string, fields: object = {}): UserError {
  return new UserError('KCONFIG_SYNTAX', `${file}:${line}: ${message}`, { file, line, ...fields });
}

/** The macro language of Documentation/kbuild/kconfig-macro-language.rst: variables and functions of one parse. */
export class Macros {
  readonly messages: KconfigMessage[] = [];
  /** Commands whose result {@link MacroSources.shell} lacks; what depends on them expands to {@link PENDING}. */
  readonly missing = new Set<string>();
  readonly environmentUsed: Record<string, string> = {};
  private readonly variables = new Map<string, Variable>();
  private nesting = 0;

  constructor(private readonly sources: MacroSources) {}

  /** `name = value`, `name := value` or `name += value`. */
  define(name: string, operator: string, value: string, place: Place): void {
    const known = this.variables.get(name);
    // "For defined variables, += inherits the existing flavor", "for undefined variables, += assumes the recursive flavor".
    const recursive = operator === '+=' ? (known?.recursive ?? true) : operator === '=';
    const added = recursive ? value : this.expandText(value, place);
    const text = known && operator === '+=' ? `${known.value} ${added}` : added;
    if (known) Object.assign(known, { value: text, recursive });
    else this.variables.set(name, { value: text, recursive, depth: 0 });
  }

  /** Expands every reference in a text; "undefined variables expand to an empty string". */
  expandText(text: string, place: Place, args: readonly string[] = []): string {
    let out = '';
    let from = 0;
    for (let dollar = text.indexOf('$'); dollar >= 0; dollar = text.indexOf('$', from)) {
      const { value, end } = this.expandReference(text, dollar, place, args);
      out += text.slice(from, dollar) + value;
      from = end;
    }
    return out + text.slice(from);
  }

  /**
   * Expands what starts with the `$` at `dollar`. "'$' not followed by '(' loses its special meaning."
   *
   * @returns the expansion, and where the text goes on
   */
  expandReference(
    text: string,
    dollar: number,
    place: Place,
    args: readonly string[] = [],
  ): { value: string; end: number } {
    if (text[dollar + 1] !== '(') return { value: '$', end: dollar + 1 };
    let nesting = 0;
    for (let i = dollar + 2; i < text.length && text[i] !== '\n'; i++) {
      if (text[i] === '(') nesting++;
      else if (text[i] === ')' && nesting-- === 0)
        return { value: this.evaluateClause(text.slice(dollar + 2, i), place, args), end: i + 1 };
    }
    const rest = text.slice(dollar + 2).split('\n')[0];
    throw syntaxError(place, `unterminated reference to '${rest}': missing ')'`);
  }

  note(text: string, place: Place): '' {
    this.messages.push({ ...place, text });
    return '';
  }

  shell(command: string): string {
    if (command.includes(PENDING)) return PENDING;
    const result = this.sources.shell.get(command);
    if (result === undefined) this.missing.add(command);
    return result ?? PENDING;
  }

  private evaluateClause(clause: string, place: Place, args: readonly string[]): string {
    if (this.nesting >= MAX_NESTING)
      throw syntaxError(place, `Too deep recursive expansion: references nest more than ${MAX_NESTING} deep`);
    this.nesting++;
    try {
      return this.evaluateNested(clause, place, args);
    } finally {
      this.nesting--;
    }
  }

  private evaluateNested(clause: string, place: Place, args: readonly string[]): string {
    const position = /^\s*\d+$/.test(clause) ? Number(clause) : 0;
    if (position > 0 && position <= args.length) return args[position - 1]!;
    const parts = splitArguments(clause);
    if (parts.length > MAX_ARGUMENTS) throw syntaxError(place, 'too many function arguments');
    const [name, ...values] = parts.map((part) =>
      part.includes('$') ? this.expandText(part, place, args) : part,
    );
    return (
      this.expandVariable(name!, values, place) ??
      this.callFunction(name!, values, place) ??
      (values.length === 0 ? this.fromEnvironment(name!) : '')
    );
  }

  private expandVariable(name: string, args: readonly string[], place: Place): string | undefined {
    const variable = this.variables.get(name);
    if (!variable) return undefined;
    if (args.length === 0 && variable.depth > 0)
      throw syntaxError(place, `Recursive variable '${name}' references itself (eventually)`);
    if (!variable.recursive) return variable.value;
    variable.depth++;
    try {
      return this.expandText(variable.value, place, args);
    } finally {
      variable.depth--;
    }
  }

  private callFunction(name: string, args: readonly string[], place: Place): string | undefined {
    const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
    if (!builtIn) return undefined;
    if (args.length !== builtIn.count) {
      const amount = args.length < builtIn.count ? 'few' : 'many';
      throw syntaxError(place, `too ${amount} function arguments passed to '${name}'`);
    }
    return builtIn.call(this, args, place);
  }

  private fromEnvironment(name: string): string {
    if (name === '') return '';
    const value = Object.hasOwn(this.sources.environment, name) ? this.sources.environment[name]! : '';
    this.environmentUsed[name] = value;
    return value;
  }
}

/** "The function name and arguments are separated by a comma", but not by one within parentheses. */
function splitArguments(clause: string): string[] {
  const parts: string[] = [];
  let nesting = 0;
  let from = 0;
  for (let i = 0; i < clause.length; i++) {
    const character = clause[i];
    if (character === '(') nesting++;
    else if (character === ')') nesting--;
    else if (character === ',' && nesting === 0) {
      parts.push(clause.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, clause.slice(from)];
}
