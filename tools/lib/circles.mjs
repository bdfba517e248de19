import { dirname } from 'node:path';

/**
 * The folders that each folder needs, derived from the needs of its own files. A subfolder counts as another folder.
 *
 * @param {Map<string, Set<string>>} files the files that each file needs
 * @returns {Map<string, Set<string>>}
 */
export function foldersOf(files) {
  const folders = new Map();
  for (const [file, needed] of files) {
    const from = dirname(file);
    const to = folders.get(from) ?? new Set();
    for (const other of needed) if (dirname(other) !== from) to.add(dirname(other));
    folders.set(from, to);
  }
  return folders;
}

/**
 * The circles of a graph: for each node that is in one a shortest, and each circle once.
 *
 * @param {Map<string, Set<string>>} graph what each node needs
 * @returns {string[][]} the nodes of each circle, in order
 */
export function circles(graph) {
  const byNames = new Map();
  for (const start of graph.keys()) {
    const circle = wayBack(graph, start);
    const names = circle && [...circle].sort().join();
    if (names && !byNames.has(names)) byNames.set(names, circle);
  }
  return [...byNames.values()];
}

/** The nodes on a shortest way from one to itself. */
function wayBack(graph, start) {
  const from = new Map();
  for (let nodes = [start]; nodes.length > 0; ) {
    const next = [];
    for (const node of nodes)
      for (const other of graph.get(node) ?? []) {
        if (other === start) return trace(from, node);
        if (from.has(other)) continue;
        from.set(other, node);
        next.push(other);
      }
    nodes = next;
  }
  return undefined;
}

function trace(from, last) {
  const way = [last];
  while (from.has(way[0])) way.unshift(from.get(way[0]));
  return way;
}
