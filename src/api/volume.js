/** A volume that elements take, or a TypeError. */
export function audible(volume) {
  if (!(volume >= 0 && volume <= 1)) throw new TypeError('setVolume: a number from 0 to 1 is needed');
  return volume;
}
