export { loadPatch, type LoadedPatch } from './load-patch.js';
export { readSeries, type PatchFile } from './patch-files.js';
export { ensurePatched, patchedIdentity } from './patched-source.js';
export { isSeries } from './series-name.js';
