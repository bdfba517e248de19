/** The measurements, one function per line of the report. Each gives a bar, the figure, and where the time went. */
import { bootToShell, cachedTest, debugStart } from './boot.mjs';
import { cleanBuild, commentEdit, symbolEdit } from './build.mjs';
import { editLoop } from './edit-loop.mjs';
import { boardGenerated, graphOfBoards } from './generated.mjs';
import { diskCached, diskMade, packing } from './images.mjs';
import { DROPPED, KEPT, requestsChecked } from './requests.mjs';

export const MEASURES = {
  a: { title: 'clean kernel build, nx against plain make', measure: cleanBuild },
  b: { title: 'one-symbol edit, nx run kernel:build against by hand', measure: symbolEdit },
  c: { title: 'comment edit in a fragment, until QEMU starts', measure: commentEdit },
  d: { title: 'everything cached, nx run virt-arm64:test', measure: cachedTest },
  e: { title: 'nx run virt-arm64:run to the prompt, against QEMU by hand', measure: bootToShell },
  f: { title: 'initramfs of 2,000 files against find | cpio | gzip -9', measure: packing },
  g: {
    title: 'every request checked, all is well, over make olddefconfig of Linux 6.1',
    measure: requestsChecked(KEPT, 1),
  },
  h: {
    title: 'every request checked, some lost and explained, over make olddefconfig of Linux 6.1',
    measure: requestsChecked(DROPPED, 4),
  },
  i: { title: 'a GPT disk of 256 MiB with the BusyBox root as ext4, made as qcow2', measure: diskMade },
  j: { title: 'the same disk from the cache, over nx show project', measure: diskCached },
  k: { title: 'one board and its kernel, generated into the demo', measure: boardGenerated },
  l: { title: 'the graph after an edit, with 20 generated boards', measure: graphOfBoards },
  m: { title: 'nx run virt-arm64:debug to gdb in start_kernel, everything cached', measure: debugStart },
  n: {
    title: "one C file of a kernel of one's own, nx run BOARD:run to the prompt against make and QEMU",
    measure: editLoop,
  },
};
