import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';

/** More links than this on one path are a circle, as for Linux (path_resolution(7)). */
const MOST_LINKS = 40;

/** Where a path of the workspace leads. */
export interface Places {
  /** What is read on the way, relative to the workspace: each link, what it points to, and where the path ends. */
  readonly inside: readonly string[];
  /** Where the path ends, relative to the workspace: `../…` outside of it. */
  readonly end: string;
  /** The symbolic links on the way, in their order, relative to the workspace. */
  readonly links: readonly string[];
}

/**
 * Follows a path through the symbolic links in it. What does not exist is a place as well: it may have been deleted.
 *
 * @param path absolute, or relative to the workspace
 */
export function followLinks(workspaceRoot: string, path: string): Places {
  const inside = new Set<string>();
  const remember = (place: string) => {
    const name = relative(workspaceRoot, place);
    if (!isOutside(name)) inside.add(name);
    return name;
  };
  let current = resolve(workspaceRoot, path);
  let end = remember(current);
  const links: string[] = [];
  while (links.length < MOST_LINKS) {
    const found = firstLink(workspaceRoot, current);
    if (!found) break;
    links.push(remember(found.link));
    current = found.leadsTo;
    end = remember(current);
  }
  return { inside: [...inside], end, links };
}

/** Whether a path relative to the workspace leads out of it. */
export function isOutside(path: string): boolean {
  return isAbsolute(path) || path === '..' || path.startsWith('../');
}

/** The first component that is a link, and the path with what that points to in its place. */
function firstLink(workspaceRoot: string, path: string): { link: string; leadsTo: string } | undefined {
  const names = path.split('/').slice(1);
  for (const index of names.keys()) {
    const place = `/${names.slice(0, index + 1).join('/')}`;
    // The workspace is where it is, also behind a link.
    if (`${workspaceRoot}/`.startsWith(`${place}/`)) continue;
    const kind = kindOf(place);
    if (kind === undefined) return undefined;
    if (kind === 'link')
      return {
        link: place,
        leadsTo: resolve(dirname(place), readlinkSync(place), ...names.slice(index + 1)),
      };
  }
  return undefined;
}

/** Undefined for what is not there or cannot be looked at: there is nothing below it to follow. */
function kindOf(path: string): 'link' | 'other' | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? 'link' : 'other';
  } catch {
    return undefined;
  }
}
