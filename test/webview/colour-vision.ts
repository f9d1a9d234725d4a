import { parseHex } from '../../webview/theme/contrast';

type Vector = readonly [number, number, number];

/** Complete dichromacy, in linear RGB (Machado, Oliveira and Fernandes 2009, severity 1). */
const VISIONS: Readonly<Record<string, readonly Vector[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

export const VISION_NAMES: readonly string[] = Object.keys(VISIONS);

/** Distance of two colours in OKLab as someone with a vision sees them; 0.02 is just noticeable side by side. */
export function distance(a: string, b: string, vision: string): number {
  const [x, y] = [a, b].map((colour) => oklab(times(VISIONS[vision]!, linear(colour)))) as [Vector, Vector];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

function linear(colour: string): Vector {
  return parseHex(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Vector;
}

function times(matrix: readonly Vector[], vector: Vector): Vector {
  return matrix.map((row) =>
    Math.max(0, row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2]),
  ) as unknown as Vector;
}

/** Björn Ottosson's OKLab, 2020. */
function oklab(rgb: Vector): Vector {
  const [long, medium, short] = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map(Math.cbrt) as unknown as Vector;
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
}
