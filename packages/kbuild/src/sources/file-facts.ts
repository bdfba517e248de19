import type { Stats } from 'node:fs';

/**
 * How many facts tell that a file is unchanged: size, mtime, ctime, inode and mode. ctime changes with every write, and no call
 * can set it back.
 */
const FACTS = 5;

/** Digits of an id. */
const ID = 40;

/** Between names: an empty component, which no name has. */
const SEPARATOR = '//';

/** The JSON of the record, one string for each column, because 80,000 small objects take a second to parse. */
interface Columns {
  /** Joined by {@link SEPARATOR}. */
  names: string;
  /** base64 of {@link FACTS} doubles for each file. */
  facts: string;
  /** Hexadecimal, by file. */
  ids: string;
}

/** Names with facts and ids, in the order in which they were added. Numbers and not objects, which would outlive the loop. */
export class FileFacts {
  private readonly names: string[] = [];
  private readonly ids: (string | undefined)[] = [];
  private readonly facts: number[] = [];

  get size(): number {
    return this.names.length;
  }

  /**
   * @param id of the file's content, 40 digits; undefined as long as it is not known
   * @returns the file's number, for {@link learn}
   */
  add(name: string, status: Stats, id: string | undefined): number {
    this.ids.push(id);
    this.facts.push(status.size, status.mtimeMs, status.ctimeMs, status.ino, status.mode);
    return this.names.push(name) - 1;
  }

  learn(index: number, id: string): void {
    this.ids[index] = id;
  }

  /** All files of which the id is known. */
  format(): string {
    const known = [...this.names.keys()].filter((index) => this.ids[index] !== undefined);
    const facts = Float64Array.from(
      known.flatMap((index) => this.facts.slice(index * FACTS, (index + 1) * FACTS)),
    );
    const columns: Columns = {
      names: known.map((index) => this.names[index]).join(SEPARATOR),
      facts: Buffer.from(facts.buffer).toString('base64'),
      ids: known.map((index) => this.ids[index]).join(''),
    };
    return JSON.stringify(columns);
  }
}

/** Remembered facts, to be looked up by name. */
export class KnownFacts {
  /** A file's number is its index here. */
  readonly names: readonly string[];
  private readonly facts: Float64Array;
  private readonly ids: string;
  private byName: Map<string, number> | undefined;
  /** A tree is listed in the same order each time: the next name is the next one here, unless something changed. */
  private next = 0;

  /** @param text of {@link FileFacts.format}; anything else knows nothing: a file that was cut short, or one of an older Bringup */
  constructor(text: string | undefined) {
    const { names = '', facts = '', ids = '' } = readColumns(text);
    this.names = names === '' ? [] : names.split(SEPARATOR);
    const bytes = Buffer.from(facts, 'base64');
    const isWhole =
      bytes.length === this.names.length * FACTS * Float64Array.BYTES_PER_ELEMENT &&
      ids.length === this.names.length * ID;
    if (!isWhole) this.names = [];
    this.facts = new Float64Array(isWhole ? new Uint8Array(bytes).buffer : new ArrayBuffer(0));
    this.ids = isWhole ? ids : '';
  }

  get size(): number {
    return this.names.length;
  }

  /** The id of a file that is as it was; undefined when it is new or changed. */
  idOf(name: string, status: Stats): string | undefined {
    const index = this.find(name);
    return index !== undefined && this.isAsAt(index, status) ? this.idAt(index) : undefined;
  }

  /** Whether the file with that number is as it was. */
  isAsAt(index: number, status: Stats): boolean {
    const { facts } = this;
    const start = index * FACTS;
    return (
      facts[start] === status.size &&
      facts[start + 1] === status.mtimeMs &&
      facts[start + 2] === status.ctimeMs &&
      facts[start + 3] === status.ino &&
      facts[start + 4] === status.mode
    );
  }

  /** The id that the file with that number had, whether or not it is as it was. */
  idAt(index: number): string {
    return this.ids.slice(index * ID, (index + 1) * ID);
  }

  private find(name: string): number | undefined {
    let index: number | undefined = this.next;
    if (this.names[index] !== name) {
      this.byName ??= new Map(this.names.map((known, place) => [known, place]));
      index = this.byName.get(name);
    }
    if (index !== undefined) this.next = index + 1;
    return index;
  }
}

function readColumns(text: string | undefined): Partial<Columns> {
  try {
    const read = JSON.parse(text ?? '{}') as Record<keyof Columns, unknown>;
    const { names, facts, ids } = read;
    return typeof names === 'string' && typeof facts === 'string' && typeof ids === 'string'
      ? { names, facts, ids }
      : {};
  } catch {
    return {};
  }
}
