/** Numbers from 0 to below 1; the same seed gives the same ones in the same order. */
export type Random = () => number;

/** sfc32 of Chris Doty-Humphrey (PractRand), which is small, quick and without known weakness at these lengths. */
export function seeded(seed: number): Random {
  let [a, b, c, counter] = [seed | 0, (seed / 2 ** 32) | 0, 0x9e37_79b9, 1];
  const draw = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  // The first numbers still look like the seed.
  for (let i = 0; i < 15; i += 1) draw();
  return draw;
}

/** Places from 0 to count - 1 for draws from 0 to below 1, the i-th in proportion to 1 / (i + 1): few come often, most of them seldom. */
export function zipf(count: number): (draw: number) => number {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i += 1) upTo[i] = sum += 1 / (i + 1);
  return (draw) => {
    const wanted = draw * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? sum) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
