import { describeTrees } from './kconfig-trees-suite.js';

jest.setTimeout(3_600_000);

describe('all fragments of u-boot on every base', () =>
  describeTrees({ trees: ['u-boot'], seed: 3, fixes: 10, parts: 6 }));
