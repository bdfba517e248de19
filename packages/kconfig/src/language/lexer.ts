import { type Macros, syntaxError } from './macros.js';
import type { Place } from './model.js';

/** `word`: a symbol or keyword; `text`: what stood in quotes; `mark`: an operator or parenthesis. */
export interface Token {
  readonly kind: 'word' | 'text' | 'mark';
  readonly value: string;
}

/** One statement: its tokens, or a variable assignment. */
export type Statement =
  | { readonly kind: 'tokens'; readonly place: Place; readonly tokens: readonly Token[] }
  | {
      readonly kind: 'assignment';
      readonly place: Place;
      readonly name: string;
      readonly operator: string;
      readonly value: string;
    };

// `-`, `/` and `.` are letters of zconf.l (`source foo/Config.in`); lexer.l has `-` and ignores the other two.
const WORD = /[A-Za-z0-9_\-/.$]+/y;
const MARK = /\|\||&&|!=|<=|>=|[=<>!()]/y;
const PLAIN = /[^$'"\\\n]+/y;
const ASSIGNMENT = /[ \t]*(:=|\+=|=)[ \t]*(.*)/y;
const TOKEN_END = /[^A-Za-z0-9_\-$]/g;

/** Cuts one file into statements, expanding macros as it goes, as lexer.l does. */
export class Lexer {
  private position = 0;
  private line = 1;

  constructor(
    readonly file: string,
    private readonly text: string,
    private readonly macros: Macros,
  ) {}

  /** The next statement that is not empty. */
  next(): Statement | undefined {
    while (this.position < this.text.length) {
      const statement = this.readStatement([]);
      if (statement) return statement;
    }
    return undefined;
  }

  private readStatement(tokens: Token[]): Statement | undefined {
    const { text } = this;
    let line = this.line;
    while (this.position < text.length) {
      const character = text[this.position]!;
      if (character === '\n') {
        this.skipLineEnd();
        break;
      }
      if (character === ' ' || character === '\t') this.position++;
      else if (character === '#') this.skipTo('\n');
      else if (character === '\\' && text[this.position + 1] === '\n') {
        this.position++;
        this.skipLineEnd();
      } else {
        if (tokens.length === 0) line = this.line;
        const token = this.readToken(character);
        const assignment = token && tokens.length === 0 ? this.readAssignment(token, line) : undefined;
        if (assignment) return assignment;
        if (token) tokens.push(token);
      }
    }
    return tokens.length > 0 ? { kind: 'tokens', place: { file: this.file, line }, tokens } : undefined;
  }

  private readToken(character: string): Token | undefined {
    if (character === '"' || character === "'") return { kind: 'text', value: this.readQuoted(character) };
    const mark = this.match(MARK);
    if (mark) return { kind: 'mark', value: mark[0] };
    WORD.lastIndex = this.position;
    const word = WORD.exec(this.text)?.[0];
    if (word === undefined) {
      this.position++; // White space; anything else conf warns of and ignores.
      return undefined;
    }
    // "---help---" of older trees: zconf.l skips the dashes.
    const value = word.includes('$') ? this.expandWord() : word.replace(/^---|---$/g, '');
    if (!word.includes('$')) this.position += word.length;
    return value === '' ? undefined : { kind: 'word', value };
  }

  /** expand_one_token(): a word that has references in it, up to the first character that is not of a word. */
  private expandWord(): string {
    const place = { file: this.file, line: this.line };
    let out = '';
    for (;;) {
      if (this.text[this.position] === '$') {
        const { value, end } = this.macros.expandReference(this.text, this.position, place);
        out += value;
        this.position = end;
        continue;
      }
      TOKEN_END.lastIndex = this.position;
      const end = TOKEN_END.exec(this.text)?.index ?? this.text.length;
      const dollar = this.text.indexOf('$', this.position);
      const stop = dollar >= 0 && dollar < end ? dollar : end;
      out += this.text.slice(this.position, stop);
      this.position = stop;
      if (stop === end) return out;
    }
  }

  private readQuoted(quote: string): string {
    const { text } = this;
    let out = '';
    this.position++;
    while (this.position < text.length) {
      const plain = this.match(PLAIN);
      if (plain) out += plain[0];
      const character = text[this.position];
      if (character === undefined || character === '\n') return out; // conf: "multi-line strings not supported".
      if (character === '$') {
        const expanded = this.macros.expandReference(text, this.position, {
          file: this.file,
          line: this.line,
        });
        out += expanded.value;
        this.position = expanded.end;
      } else if (character === '\\') {
        const escaped = text[this.position + 1];
        if (escaped !== undefined && escaped !== '\n') out += escaped;
        this.position += escaped === '\n' ? 1 : 2;
      } else {
        this.position++;
        if (character === quote) return out;
        out += character;
      }
    }
    return out;
  }

  private readAssignment(name: Token, line: number): Statement | undefined {
    if (name.kind !== 'word') return undefined;
    const found = this.match(ASSIGNMENT);
    if (!found) return undefined;
    const place = { file: this.file, line };
    return { kind: 'assignment', place, name: name.value, operator: found[1]!, value: found[2]! };
  }

  /**
   * The text after `help`. "The end of the help text is determined by the indentation level, this means it ends at
   * the first line which has a smaller indentation than the first line of the help text."
   */
  readHelp(): string {
    const lines: string[] = [];
    let indentation = 0;
    for (let first = true; this.position < this.text.length; first = false) {
      const end = this.text.indexOf('\n', this.position);
      const raw = this.text.slice(this.position, end < 0 ? this.text.length : end);
      const content = raw.trim();
      const depth = columnOf(raw);
      if (content !== '') {
        if (!first && depth === 0) break;
        if (depth < indentation) break;
        indentation ||= depth;
      }
      lines.push(content === '' ? '' : ' '.repeat(depth - indentation) + content);
      this.position += raw.length;
      if (this.text[this.position] === '\n') this.skipLineEnd();
    }
    return lines.join('\n').replace(/\s+$/, '');
  }

  /** The error for a block that the file's end leaves open. */
  unfinished(what: string, from: Place): Error {
    return syntaxError(
      { file: this.file, line: this.line },
      `end of file within ${what} of ${from.file}:${from.line}`,
    );
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    if (found) this.position += found[0].length;
    return found;
  }

  private skipTo(character: string): void {
    const end = this.text.indexOf(character, this.position);
    this.position = end < 0 ? this.text.length : end;
  }

  private skipLineEnd(): void {
    this.position++;
    this.line++;
  }
}

/** The width of the white space a line starts with; tabs go to multiples of eight. */
function columnOf(line: string): number {
  let column = 0;
  for (const character of line) {
    if (character === '\t') column = (column & ~7) + 8;
    else if (character === ' ') column++;
    else break;
  }
  return column;
}
