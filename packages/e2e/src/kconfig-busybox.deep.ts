import { describeTrees } from './kconfig-trees-suite.js';

jest.setTimeout(3_600_000);

describe('all fragments of busybox on every base', () =>
  describeTrees({ trees: ['busybox'], seed: 3, fixes: 10, parts: 4 }));
