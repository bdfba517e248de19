/** The kinds of file of a source tree, by their names below it. Names are latin1, as in a `TreeListing`. */

export const KCONFIG = /(^|\/)(Kconfig|Config\.(in|src))[^/]*$/;
export const MAKEFILE = /(^|\/)(Makefile|Kbuild)[^/]*$|\.mk$/;
/** Files that a compiler reads, and device trees. Everything made from such a file lists it as a dependency. */
export const COMPILED = /\.([chsS]|dts[io]?|inc|rs|lds)$/;
