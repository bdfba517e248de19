import { expectSecondMachineToBuildNothing } from './pipelines.js';

it('a second machine with the cache of a first one builds nothing', async () => {
  await expectSecondMachineToBuildNothing();
});
