/** The kinds of file of a source tree, by their names below it. Names are latin1, as in a `TreeListing`. */

export const KCONFIG = /(^|\/)(Kconfig|Config\.(in|src))[^/]*$/;
export const MAKEFILE = /(^|\/)(Makefile|Kbuild)[^/]*$|\.mk$/;
/** What a compiler reads, and device trees. All that is made from such a file has it among its dependencies. */
export const COMPILED = /\.([chsS]|dts[io]?|inc|rs|lds)$/;
