/** (g, h) What is asked of Kconfig, compared with what came of it. */
import { sourcePath } from './by-hand.mjs';
import { ensureSource } from './demo.mjs';
import { median, seconds, times } from './figures.mjs';
import { configureTwice } from './kconfig.mjs';

export const KEPT = 'CONFIG_PRINTK=y\nCONFIG_NET=y\nCONFIG_EXT4_FS=y\n';

export const DROPPED =
  'CONFIG_DEBUG_INFO_BTF=y\nCONFIG_KASAN_HW_TAGS=y\nCONFIG_NR_CPUS=9999\nCONFIG_PRINTKK=y\n';

/** (g, h) Every request compared with what olddefconfig made of it, and explained where it was lost. */
export function requestsChecked(text, bar) {
  return async ({ scratch, runs, say }) => {
    await ensureSource(scratch, 'kernel');
    const source = sourcePath(scratch, 'kernel');
    say('g, h: conf is compiled, and defconfig made');
    await configureTwice({ scratch, source, text: KEPT, cold: true });
    const results = await times(runs, () => configureTwice({ scratch, source, text, cold: true }));
    const again = await configureTwice({ scratch, source, text, cold: false });
    const [ours, hand] = ['ours', 'hand'].map((name) => median(results.map((result) => result[name])));
    return {
      bar,
      measured: median(results.map((result) => result.ours - result.hand)),
      unit: 's more',
      detail: `Bringup ${seconds(ours)}, make olddefconfig ${seconds(hand)}, ${results[0].lost} requests lost`,
      where: `${seconds(again.ours - again.hand)} more where the compiler's answers to Kconfig are known already`,
    };
  };
}
