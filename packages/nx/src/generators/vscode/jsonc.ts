import { isDeepStrictEqual } from 'node:util';
import type { Tree } from '@nx/devkit';
import { applyEdits, modify, parse, printParseErrorCode, type JSONPath, type ParseError } from 'jsonc-parser';
import { UserError } from '@bringup/process';

type Json = Record<string, unknown>;

/** A JSON file with comments, as VS Code's are, that is changed where it has to be and stays as it is elsewhere. */
export class JsoncFile {
  #text: string;

  /** @throws UserError `JSON_SYNTAX`, with the line */
  constructor(
    private readonly tree: Tree,
    private readonly path: string,
  ) {
    this.#text = tree.read(path, 'utf8') ?? '{}\n';
    const errors: ParseError[] = [];
    const content: unknown = parse(this.#text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error) {
      const line = this.#text.slice(0, error.offset).split('\n').length;
      throw this.#wrong(`${path}:${line}: ${printParseErrorCode(error.error)}`);
    }
    if (!isObject(content)) throw this.#wrong(`${path} is not a JSON object`);
  }

  /** The current value at a path. */
  get(path: JSONPath): unknown {
    return path.reduce<unknown>(
      (value, key) => (value as Json | undefined)?.[key],
      parse(this.#text, [], { allowTrailingComma: true }),
    );
  }

  /** Puts a value there; one that is the same already keeps its comments. */
  set(path: JSONPath, value: unknown): void {
    if (isDeepStrictEqual(this.get(path), value)) return;
    const formattingOptions = { insertSpaces: true, tabSize: 2 };
    this.#text = applyEdits(this.#text, modify(this.#text, path, value, { formattingOptions }));
  }

  /** Puts a value there unless something is. */
  setDefault(path: JSONPath, value: unknown): void {
    if (this.get(path) === undefined) this.set(path, value);
  }

  /**
   * Puts entries into a list: each takes the place of the one with the same name, whose further properties stay.
   *
   * @param name the property that tells entries apart
   */
  setEntries(list: string, name: string, entries: readonly Json[]): void {
    this.setDefault([list], []);
    for (const entry of entries) {
      const present = this.list(list);
      const index = present.findIndex((one) => isObject(one) && one[name] === entry[name]);
      if (index < 0) this.set([list, present.length], entry);
      else for (const [key, value] of Object.entries(entry)) this.set([list, index, key], value);
    }
  }

  /** The entries of a list; none where there is no such list. @throws UserError `JSON_SYNTAX` for something else there */
  list(name: string): unknown[] {
    const value = this.get([name]) ?? [];
    if (Array.isArray(value)) return value;
    throw this.#wrong(`${this.path}: ${JSON.stringify(name)} is not a list`);
  }

  write(): void {
    this.tree.write(this.path, this.#text);
  }

  #wrong(problem: string): UserError {
    const message = `${problem}. Correct the file, or remove it, and run this again; nothing was changed.`;
    return new UserError('JSON_SYNTAX', message, { path: this.path });
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
