import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';

/** More links than this on one path are a circle, as for Linux (path_resolution(7)). */
const MOST_LINKS = 40;

/** Where a path of the workspace leads. */
export interface Places {
  /** The paths that are read, relative to the workspace: each link, its target, and the end of the path. */
  readonly inside: readonly string[];
  /** Where the path ends, relative to the workspace: `../…` outside of it. */
  readonly end: string;
  /** The symbolic links on the way, in their order, relative to the workspace. */
  readonly links: readonly string[];
}

/**
 * Follows a path through the symbolic links in it. A missing file is a place as well: it may have been deleted.
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

/** The first component that is a link, and the path with the link's target in its place. */
function firstLink(workspaceRoot: string, path: string): { link: string; leadsTo: string } | undefined {
  const names = path.split('/').slice(1);
  for (const index of names.keys()) {
    const place = `/${names.slice(0, index + 1).join('/')}`;
    // The workspace itself may lie behind a link.
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

/** Undefined for a missing or unreadable path: nothing below it can be followed. */
function kindOf(path: string): 'link' | 'other' | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? 'link' : 'other';
  } catch {
    return undefined;
  }
}
