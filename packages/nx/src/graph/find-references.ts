import { parseFileReference } from '../workspace/names-in-options.js';
import { object, text, texts } from '../options/unchecked.js';

/** An option that names a project: its path (`partitions[0].boot.kernel`), and the name. */
export interface Reference {
  readonly option: string;
  readonly project: string;
}

type Options = Readonly<Record<string, unknown>>;

/** Options of these names that name a project. @param path of the options that they are part of */
export function named(options: Options, names: readonly string[], path = ''): Reference[] {
  return names.flatMap((name) => {
    const project = text(options[name]);
    return project === undefined ? [] : [{ option: `${path}${name}`, project }];
  });
}

/** Options that name a file of a project: `PROJECT:FILE`. */
export function artifacts(options: Options, names: readonly string[], path = ''): Reference[] {
  return named(options, names, path).flatMap(({ option, project: from }) => {
    const file = parseFileReference(from);
    return file.kind === 'artifact' ? [{ option, project: file.project }] : [];
  });
}

/** The options of a tree that is put together from BusyBox and files. */
export function parts(options: Options, path = ''): Reference[] {
  return [
    ...named(options, ['busybox'], path),
    ...each(options, 'files', (file, place) => artifacts(file, ['from'], place), path),
  ];
}

/** The references that `find` finds in each element of a list. */
export function each(
  options: Options,
  name: string,
  find: (item: Options, path: string) => Reference[],
  path = '',
): Reference[] {
  const list = options[name];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) => find(object(item), `${path}${name}[${index}].`));
}

/** The projects that options of these names name. */
export function namedIn(options: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  return texts(names.map((name) => options[name]));
}
